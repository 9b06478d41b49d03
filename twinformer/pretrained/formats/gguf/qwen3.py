"""Qwen3 in a GGUF file, dense and with experts.

Shapes: F width of an expert.
"""
from typing import Any

from ....architectures.qwen3 import Qwen3Config, Qwen3MoEConfig
from ..place import Arrays
from ..settings import Settings
from .experts import EXPERT_FIELDS, expert_numbers, expert_sizes
from .format import GGUFFormat

__all__ = ["GGUFQwen3", "GGUFQwen3MoE"]


class GGUFQwen3(GGUFFormat):
    kind, config = "qwen3", Qwen3Config


class GGUFQwen3MoE(GGUFFormat):
    kind, config = "qwen3_moe", Qwen3MoEConfig
    own, known = ("balance_weight",), EXPERT_FIELDS

    def numbers(self, config: Qwen3MoEConfig) -> dict[str, Any]:
        return super().numbers(config) | expert_numbers(config)

    def read(self, settings: Settings, tensors: Arrays) -> dict[str, Any]:
        return self.sizes(settings) | expert_sizes(settings, tensors)
