"""What a GGUF file says of a model, one kind after the other.

A file has fields, such as "llama.block_count", and tensors. One description serves both ways: to
read a file, and to write one.
"""
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..experts import expert_of
from ..format import NONE, Format
from ..place import Arrays, Place, Places
from ..settings import Settings
from .names import ARCHITECTURES, gguf_name

__all__ = ["HEAD", "OWN", "GGUFFormat"]

EMBEDDING, HEAD = "token_embd.weight", "output.weight"
OWN = "twinformer."     # before fields of ours, which llama.cpp has no name for
SAME_AT_A_TIME = 1 << 20


class GGUFFormat(Format):
    """Of a kind whose config is a DecoderConfig; GPT-2's is gguf/gpt2.py.

    Parameters
    ----------
    fields
        All that the file says; none where one is to be written.

    Attributes
    ----------
    config
        The class of the config.
    inner
        What is called differently inside a block.
    own
        Fields of the config that llama.cpp has no name for: they are written under ours.
    known
        Fields of the file that are read, or change nothing; beside those that all kinds have.
    scalings
        What may lengthen rotary positions.
    always_head
        Whether llama.cpp wants an output layer in the file, even if it is the embedding.
    """

    config: Any = None
    inner: Mapping[str, str] = NONE
    own: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    scalings: tuple[str, ...] = ("none",)
    always_head = False

    def __init__(self, fields: Mapping[str, Any] = NONE):
        self.fields = fields
        self.architecture = ARCHITECTURES[self.kind]

    # -- its fields ----------------------------------------------------------

    def numbers(self, config: Any) -> dict[str, Any]:
        """{field: value} of a file, without the architecture before each."""
        return {"context_length": config.context_length, "embedding_length": config.d_model,
                "block_count": config.n_layers, "feed_forward_length": config.d_hidden,
                "attention.head_count": config.n_heads,
                "attention.head_count_kv": config.n_kv_heads,
                "attention.key_length": config.head_dim,
                "attention.value_length": config.head_dim,
                "attention.layer_norm_rms_epsilon": config.norm_eps,
                "rope.dimension_count": config.head_dim, "rope.freq_base": config.rope_theta,
                "vocab_size": config.vocab_size}

    def check(self, config: Any) -> None:
        """ValueError where llama.cpp would compute something else than the config says."""

    def sizes(self, settings: Settings) -> dict[str, Any]:
        """What numbers() wrote, as fields of a config."""
        settings.model = self.config.__name__.removesuffix("Config")
        heads, width = settings.whole("attention.head_count"), settings.whole("embedding_length")
        head_dim = settings.whole("attention.key_length", max(1, width // heads))
        for name in ("attention.value_length", "rope.dimension_count"):
            settings.only(name, head_dim)
        settings.only("rope.scaling.type", *self.scalings)
        settings.no_others((*self.numbers(self.config()), *self.known, "rope.scaling.type",
                            "rope.scaling.finetuned", "tensor_data_layout"))
        return {"context_length": settings.whole("context_length"), "d_model": width,
                "n_layers": settings.whole("block_count"), "n_heads": heads,
                "d_hidden": settings.whole("feed_forward_length"),
                "n_kv_heads": settings.whole("attention.head_count_kv", heads),
                "head_dim": head_dim,
                "norm_eps": positive(settings, "attention.layer_norm_rms_epsilon"),
                "rope_theta": positive(settings, "rope.freq_base", 10000.0)}

    def read(self, settings: Settings, tensors: Arrays) -> dict[str, Any]:
        """The fields of the config, but the vocabulary's size, and what is in own."""
        return self.sizes(settings)

    # -- Format's ------------------------------------------------------------

    def beside(self, path: Path) -> None:
        """Nothing that is beside a GGUF file is about it."""

    def fitted(self, path: Path, in_file: Arrays, config: Any) -> tuple[Any, Places, Arrays]:
        try:
            return super().fitted(path, in_file, config)
        except ValueError as problem:
            if str(path) in str(problem):
                raise
            raise ValueError(f"{path}: {problem}") from None

    def alone(self, path: Path, tensors: Arrays) -> Any:
        """From the fields of the file itself."""
        table = tensors.get(EMBEDDING)
        if table is None or len(table.shape) != 2:
            raise ValueError(f"{path} has no {EMBEDDING} of two axes: expected a model, with its "
                             f"weights, and it has {len(tensors)} tensors")
        prefix = f"{self.architecture}."
        settings = Settings({name.removeprefix(prefix):
                             value.tolist() if isinstance(value, np.ndarray) else value
                             for name, value in self.fields.items() if name.startswith(prefix)},
                            f"{path}, {prefix}*")
        if settings.whole("block_count") > len(tensors):    # there is no model of so many blocks
            raise ValueError(f"{settings.place}: block_count is {settings.get('block_count')}, "
                             f"and the file has {len(tensors)} tensors")
        config = self.config(**self.read(settings, tensors), vocab_size=table.shape[0],
                             tie_embeddings=not self.has_own_head(tensors))
        own = {name: self.fields[OWN + name] for name in self.own if OWN + name in self.fields}
        for name, value in own.items():
            if type(value) is not type(getattr(config, name)):
                raise ValueError(f"{OWN}{name} is {value!r:.80}")
        if own:         # it was written here: only what llama.cpp computes as we do
            config = replace(config, **own)
            self.check(config)
        return config

    def places(self, config: Any, tensors: Arrays | None = None) -> Places:
        return {name: self.place(name, config, shape)
                for name, shape in config.parameter_shapes().items()}

    def place(self, name: str, config: Any, shape: tuple[int, ...]) -> Place:
        """All experts of a layer are one tensor; all else lies as it is."""
        if found := expert_of(name):
            layer, expert, part, leaf = found
            return Place(f"blk.{layer}.ffn_{part}_exps.{leaf}", (expert,),
                         whole=(config.n_experts, *shape))
        return Place(gguf_name(name, self.inner))

    def stored(self, tensor: str, array: np.ndarray) -> np.ndarray:
        """The numbers of a tensor, as the file has them."""
        return array

    def more(self, config: Any, parameters: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Tensors that are no parameters of ours."""
        copied = self.always_head and config.tie_embeddings
        return {HEAD: parameters["token_embedding.weight"]} if copied else {}

    def has_own_head(self, tensors: Arrays) -> bool:
        """Whether there is an output layer; old files have a copy of a tied one."""
        head, table = tensors.get(HEAD), tensors.get(EMBEDDING)
        return head is not None and (table is None or not same(head, table))

    def idle(self, tensors: Arrays, config: Any) -> set[str]:
        return {HEAD} if config.tie_embeddings and not self.has_own_head(tensors) else set()


def same(one: Any, other: Any) -> bool:
    """Whether two tensors are the same, as they are stored; a piece after the other."""
    if (one.shape, one.stored) != (other.shape, other.stored):
        return False
    return all(np.array_equal(*(tensor.stored_bytes(start, SAME_AT_A_TIME)
                                for tensor in (one, other)))
               for start in range(0, one.n_bytes, SAME_AT_A_TIME))


def positive(settings: Settings, name: str, default: float | None = None) -> float:
    """A number above 0 and below infinity."""
    if not 0 < (value := settings.number(name, default)) < np.inf:
        raise ValueError(f"{settings.place}: expected a positive number {name}, got {value}")
    return value
