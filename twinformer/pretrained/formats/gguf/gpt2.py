"""GPT-2 in a GGUF file. Its convolutions are turned there: (out, in), as here."""
from dataclasses import replace
from typing import Any

import numpy as np

from ....models.config import GPT2Config
from ..place import Arrays, Places
from ..settings import Settings
from .format import GGUFFormat

__all__ = ["GGUFGPT2"]


class GGUFGPT2(GGUFFormat):
    """llama.cpp's has biases of queries, keys and values; one of ours without is given zeros."""

    kind, config = "gpt2", GPT2Config
    own = ("qkv_bias", "dropout")

    def numbers(self, config: GPT2Config) -> dict[str, Any]:
        return {"context_length": config.context_length, "embedding_length": config.d_model,
                "block_count": config.n_layers, "feed_forward_length": 4 * config.d_model,
                "attention.head_count": config.n_heads,
                "attention.layer_norm_epsilon": 1e-5, "vocab_size": config.vocab_size}

    def read(self, settings: Settings, tensors: Arrays) -> dict[str, Any]:
        settings.model = "GPT-2"
        width, heads = settings.whole("embedding_length"), settings.whole("attention.head_count")
        settings.only("feed_forward_length", 4 * width)
        settings.only("attention.layer_norm_epsilon", 1e-5)
        settings.only("attention.head_count_kv", heads)
        settings.no_others((*self.numbers(GPT2Config()), "attention.head_count_kv",
                            "rope.scaling.finetuned", "tensor_data_layout"))
        return {"context_length": settings.whole("context_length"), "d_model": width,
                "n_layers": settings.whole("block_count"), "n_heads": heads}

    def places(self, config: GPT2Config, tensors: Arrays | None = None) -> Places:
        if tensors is None:
            config = replace(config, qkv_bias=True)
        return super().places(config)

    def completed(self, config: GPT2Config, parameters: dict[str, Any]) -> dict[str, Any]:
        zeros = np.zeros(3 * config.d_model, np.float32)
        return {name: parameters.get(name, zeros)
                for name in replace(config, qkv_bias=True).parameter_shapes()}

    def idle(self, tensors: Arrays, config: GPT2Config) -> set[str]:
        names = () if config.qkv_bias else [f"blk.{layer}.attn_qkv.bias"
                                            for layer in range(config.n_layers)]
        return super().idle(tensors, config) | {
            name for name in names if name in tensors and not np.asarray(tensors[name]).any()}
