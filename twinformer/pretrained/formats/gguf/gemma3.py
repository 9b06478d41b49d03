"""Gemma 3 in a GGUF file: its norms are stored as 1 + offset."""
from typing import Any

import numpy as np

from ....architectures.gemma3 import Gemma3Config
from ..place import Arrays
from ..settings import Settings
from .format import GGUFFormat
from .windows import every

__all__ = ["GGUFGemma3"]

NORM = "norm.weight"


class GGUFGemma3(GGUFFormat):
    kind, config = "gemma3", Gemma3Config
    own = ("query_scale",)
    known = ("attention.sliding_window_pattern", "rope.freq_base_swa", "final_logit_softcapping",
             "attention.causal")

    def check(self, config: Gemma3Config) -> None:
        if config.global_every != 6 or config.score_cap or config.logit_cap:
            raise ValueError(
                "llama.cpp takes every sixth layer of a Gemma 3 as global, and no caps; this "
                f"model has global_every={config.global_every}")
        if config.query_scale not in (0.0, config.head_dim):
            raise ValueError("llama.cpp divides a Gemma 3's scores by the root of head_dim; this "
                             f"model has query_scale={config.query_scale}")
        if config.local_rope_theta != 10000.0:
            raise ValueError("llama.cpp turns a Gemma 3's local layers by a theta of 10000; this "
                             f"model has local_rope_theta={config.local_rope_theta}")

    def numbers(self, config: Gemma3Config) -> dict[str, Any]:
        return super().numbers(config) | {"attention.sliding_window": config.window_size}

    def read(self, settings: Settings, tensors: Arrays) -> dict[str, Any]:
        sizes = self.sizes(settings)
        settings.only("attention.causal", True)
        return sizes | {
            "window_size": settings.whole("attention.sliding_window"),
            "global_every": every(settings, sizes["n_layers"], 6),
            "local_rope_theta": settings.number("rope.freq_base_swa", 10000.0),
            "logit_cap": settings.number("final_logit_softcapping", 0.0),
            "query_scale": float(sizes["head_dim"])}

    def plain(self, tensors: Arrays) -> Arrays:
        return {name: np.asarray(tensor) - 1
                if name.endswith(NORM) and len(tensor.shape) == 1 else tensor
                for name, tensor in tensors.items()}

    def stored(self, tensor: str, array: np.ndarray) -> np.ndarray:
        return 1 + array if tensor.endswith(NORM) else array
