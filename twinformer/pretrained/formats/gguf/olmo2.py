"""Olmo 2 and Olmo 3 in a GGUF file: the former sees the whole text in every layer."""
from typing import Any

from ....architectures.olmo3 import Olmo3Config
from ..place import Arrays
from ..settings import Settings
from .format import GGUFFormat
from .windows import YARN_FIELDS, every, yarn_numbers, yarn_sizes

__all__ = ["GGUFOlmo2"]


class GGUFOlmo2(GGUFFormat):
    kind, config = "olmo3", Olmo3Config
    known = (*YARN_FIELDS, "rope.freq_base_swa")
    scalings, always_head = ("none", "yarn"), True

    def check(self, config: Olmo3Config) -> None:
        if config.n_heads * config.head_dim != config.d_model:
            raise ValueError("llama.cpp takes an Olmo's heads to be as wide together as the "
                             f"model; this one has {config.n_heads} of {config.head_dim}, and "
                             f"d_model={config.d_model}")

    def numbers(self, config: Olmo3Config) -> dict[str, Any]:
        return super().numbers(config) | yarn_numbers(config) | {
            "attention.sliding_window": config.window_size,
            "attention.sliding_window_pattern": [config.window(layer) is not None
                                                 for layer in range(config.n_layers)]}

    def read(self, settings: Settings, tensors: Arrays) -> dict[str, Any]:
        found = self.sizes(settings) | yarn_sizes(settings)
        settings.only("rope.freq_base_swa", found["rope_theta"])
        if not settings.get("attention.sliding_window"):
            return found | {"global_every": 1}
        return found | {"window_size": settings.whole("attention.sliding_window"),
                        "global_every": every(settings, found["n_layers"], 4)}
