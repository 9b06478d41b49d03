"""GPT-2's files: Hugging Face's and OpenAI's own; see gpt2_names.py and gpt2_config.py."""
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...models.config import PRESETS, GPT2Config
from ..checking import listed
from .gpt2_config import config_json, config_of_arrays, config_of_json, preset_of, read_config
from .gpt2_names import BUFFERS, HUGGING_FACE, is_turned, spelling_of, without_wrappers
from .format import Format
from .place import Arrays, Place, Places
from .settings import Settings

__all__ = ["GPT2Format"]

REPOSITORIES = {name: f"openai-community/{name}" for name in PRESETS}


class GPT2Format(Format):
    """Of GPT2LMHeadModel."""

    kind = "gpt2"
    model_types = ("gpt2",)
    repositories = REPOSITORIES

    def read_config(self, settings: Settings) -> GPT2Config:
        return config_of_json(settings.place, settings.content)

    def config_json(self, config: GPT2Config) -> dict[str, Any]:
        return config_json(config)

    def beside(self, path: Path) -> GPT2Config | None:
        """OpenAI's file is called hparams.json."""
        found, place = super().beside(path), path.with_name("hparams.json")
        return read_config(place) if found is None and place.is_file() else found

    def ends(self, config: GPT2Config, end: int | None) -> dict[str, Any]:
        if end is None and config.vocab_size > 50256:
            end = 50256         # GPT-2's own, in its vocabulary
        return {"bos_token_id": end, "eos_token_id": end}

    def completed(self, config: GPT2Config, parameters: dict[str, Any]) -> dict[str, Any]:
        if config.qkv_bias:
            return parameters
        zeros = np.zeros(3 * config.d_model, parameters["token_embedding.weight"].dtype)
        return {name: parameters.get(name, zeros)
                for name in replace(config, qkv_bias=True).parameter_shapes()}

    def places(self, config: GPT2Config, tensors: Arrays | None = None) -> Places:
        spelling = HUGGING_FACE if tensors is None else spelling_of(tensors)
        if tensors is None and not config.qkv_bias:     # transformers' cannot be without
            config = replace(config, qkv_bias=True)
        return {name: Place(spelling(name), turned=is_turned(name))
                for name in config.parameter_shapes()}

    def plain(self, tensors: Arrays) -> Arrays:
        return {name: tensor for name, tensor in without_wrappers(tensors).items()
                if not name.endswith(BUFFERS)}

    def has_own_head(self, tensors: Arrays) -> bool:
        spelling = spelling_of(tensors)
        head, embedding = spelling("head.weight"), spelling("token_embedding.weight")
        return head in tensors and not (
            embedding in tensors and np.array_equal(tensors[head], tensors[embedding]))

    def idle(self, tensors: Arrays, config: GPT2Config) -> set[str]:
        """A tied head, and the zeros of a model without offsets."""
        spelling, idle = spelling_of(tensors), set()
        if config.tie_embeddings and not self.has_own_head(tensors):
            idle.add(spelling("head.weight"))
        if not config.qkv_bias:
            names = [spelling(f"blocks.{layer}.attention.qkv.bias")
                     for layer in range(config.n_layers)]
            idle |= {name for name in names
                     if name in tensors and not np.asarray(tensors[name]).any()}
        return idle

    def alone(self, path: Path, tensors: Arrays) -> GPT2Config:
        """From names and shapes alone: the published sizes only."""
        found = config_of_arrays(tensors, spelling_of(tensors))
        if found is None:
            raise ValueError(f"{path} holds no GPT-2: there is no wte among its {len(tensors)} "
                             f"tensors ({listed(list(tensors))}), and no config.json beside it "
                             "that says what else it is of")
        if not preset_of(found):
            raise ValueError(
                f"{path} is of none of the published sizes: it holds {sizes(found)}. Its arrays "
                "do not tell the number of heads; put the model's config.json beside it, or "
                "give a GPT2Config")
        return found

    def described(self, config: GPT2Config, tensors: Arrays) -> str:
        found = config_of_arrays(tensors, spelling_of(tensors))
        fitting = preset_of(found)
        return (f"the preset {fitting} fits this file" if fitting else
                f"it holds {sizes(found)}" if found else "it holds no GPT-2")


def sizes(config: GPT2Config) -> str:
    return (f"{config.n_layers} blocks of width {config.d_model}, {config.context_length} "
            f"positions and {config.vocab_size} tokens")
