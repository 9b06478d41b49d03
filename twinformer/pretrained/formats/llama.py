"""Llama's files: those of Hugging Face, Meta's own, and llama2.c's.

Hugging Face has the pairs that rotary positions turn half a head apart, the two others beside
each other. The rows of queries and keys are put in order here, so that any file becomes either
kind of model.
"""
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...architectures.llama import LlamaConfig
from .decoder import UNBIASED, DecoderFormat
from .place import Place
from .rope import llama3_out, read_llama3, rope_of
from .settings import Settings

__all__ = ["LlamaFormat", "rows"]

FIXED = UNBIASED | {"mlp_bias": (False,)}
REPOSITORIES = {"llama-3.2-1b": "meta-llama/Llama-3.2-1B",
                "llama-3.2-3b": "meta-llama/Llama-3.2-3B"}


class LlamaFormat(DecoderFormat):
    """Of LlamaForCausalLM."""

    kind = "llama"
    model_types = ("llama",)
    architecture = "LlamaForCausalLM"
    fixed = FIXED
    repositories: Mapping[str, str] = REPOSITORIES

    def read_config(self, settings: Settings) -> LlamaConfig:
        sizes = self.read_sizes(settings)
        return LlamaConfig(**sizes, **read_llama3(rope_of(settings, 10000.0),
                                                  sizes["context_length"]))

    def config_json(self, config: LlamaConfig) -> dict[str, Any]:
        return super().config_json(config) | {"rope_parameters": llama3_out(config)}

    def place(self, name: str, config: LlamaConfig) -> Place:
        return Place(self.tensor(name), rows(name, config, interleaved=False))


def rows(name: str, config: LlamaConfig, interleaved: bool) -> tuple[np.ndarray, ...]:
    """Which rows of a file are ours, as an index; () = all of them, as they are

    interleaved : whether pairs lie beside each other in the file
    """
    if config.rope_interleaved == interleaved or not name.endswith(
            ("attention.q.weight", "attention.k.weight")):
        return ()
    K = config.head_dim
    heads = config.n_heads if ".q." in name else config.n_kv_heads
    half = np.arange(heads * K).reshape(heads, 2, K // 2)      # (H, 2, K/2)
    if interleaved:     # ours has the first of all pairs, then the second
        half = half.reshape(heads, K // 2, 2)
    return (half.swapaxes(1, 2).reshape(-1),)
