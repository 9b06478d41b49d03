"""What every format has to say: how one kind of model is written down by others."""
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..checking import check_fit, check_kinds
from .place import Arrays, Places, shape_there
from .settings import Settings

__all__ = ["NONE", "Format"]

NONE: Mapping[str, str] = {}


class Format:
    """One kind of model, as Hugging Face and others have it in files.

    Attributes
    ----------
    kind
        What it is called here; see architectures/kinds.py.
    model_types
        What it is called in config.json.
    repositories
        Where the hub has its published sizes, {preset: repository}.
    """

    kind = ""
    model_types: tuple[str, ...] = ()
    repositories: Mapping[str, str] = NONE

    # -- its config.json -----------------------------------------------------

    def read_config(self, settings: Settings) -> Any:
        """The config; ValueError where it is of no such model."""
        raise NotImplementedError

    def config_json(self, config: Any) -> dict[str, Any]:
        """The content of a config.json for transformers: all that is of this kind."""
        raise NotImplementedError

    def ends(self, config: Any, end: int | None) -> dict[str, Any]:
        """What config.json says of the token that ends a text."""
        return {"bos_token_id": None, "eos_token_id": end, "pad_token_id": None}

    def beside(self, path: Path) -> Any:
        """The config in the same folder as the weights; None where there is none."""
        place = path.with_name("config.json")
        return self.read_config(Settings.read(place)) if place.is_file() else None

    # -- its tensors ---------------------------------------------------------

    def fitted(self, path: Path, in_file: Arrays, config: Any) -> tuple[Any, Places, Arrays]:
        """The config of a file, where each parameter lies in it, and its tensors.

        config : what it has to be of; None = what lies beside it, or is in it

        A config.json often does not say that the output layer is one of its own: a file in
        which it differs from the embedding knows better.

        Raises
        ------
        ValueError
            Where it is of another model.
        """
        try:
            tensors = self.plain(in_file)
        except ValueError as problem:
            raise ValueError(f"{path}: {problem}") from None
        if config is None:
            config = self.beside(path) or self.alone(path, tensors)
            if config.tie_embeddings and self.has_own_head(tensors):
                config = replace(config, tie_embeddings=False)
        idle = self.idle(tensors, config)
        tensors = {name: tensor for name, tensor in tensors.items() if name not in idle}
        places = self.places(config, tensors)
        check_fit(path, tensors, self.shapes_there(config, places),
                  self.described(config, tensors), in_file)
        check_kinds(path, tensors)
        return config, places, tensors

    def places(self, config: Any, tensors: Arrays | None = None) -> Places:
        """Where each parameter lies; in these tensors, or in what is to be written."""
        raise NotImplementedError

    def plain(self, tensors: Arrays) -> Arrays:
        """The tensors by their usual names, without those that are no weights."""
        return tensors

    def idle(self, tensors: Arrays, config: Any) -> set[str]:
        """Tensors that are written twice, or stand for what a model does not have."""
        return set()

    def completed(self, config: Any, parameters: dict[str, Any]) -> dict[str, Any]:
        """The same, with what transformers' model cannot be without."""
        return parameters

    def has_own_head(self, tensors: Arrays) -> bool:
        """Whether there is an output layer that is not the embedding's copy."""
        raise NotImplementedError

    def alone(self, path: Path, tensors: Arrays) -> Any:
        """The config of a file with nothing beside it

        Raises
        ------
        ValueError
            Where tensors alone do not tell it.
        """
        raise ValueError(f"{path} does not say what model it is of: put the config.json of the "
                         "model beside it, or give a config")

    def described(self, config: Any, tensors: Arrays) -> str:
        """What the file seems to hold, for messages."""
        return (f"the config is of {config.n_layers} blocks of width {config.d_model} and "
                f"{config.vocab_size} tokens")

    def shapes_there(self, config: Any, places: Places) -> dict[str, tuple[int, ...]]:
        """{tensor: shape} of a whole file."""
        return {places[name].tensor: shape_there(places[name], shape)
                for name, shape in config.parameter_shapes().items()}
