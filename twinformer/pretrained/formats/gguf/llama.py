"""Llama in a GGUF file: pairs of queries and keys lie beside each other, as Meta wrote them.

How much Llama 3 slows its slow pairs down is a tensor there, of what each angle is divided by.

Shapes: K head width.
"""
from typing import Any

import numpy as np

from ....architectures.llama import LlamaConfig
from ..llama import rows
from ..place import Arrays, Place
from ..settings import Settings
from .format import OWN, GGUFFormat

__all__ = ["GGUFLlama", "slowed"]

FACTORS = "rope_freqs.weight"
LENGTHS = [8192, *(2 ** power for power in range(7, 21) if power != 13)]     # Llama 3's first
FIELDS = ("rope_factor", "rope_low_factor", "rope_high_factor", "rope_original_length")


class GGUFLlama(GGUFFormat):
    """Llama 2 and 3, and what others have built as they are."""

    kind, config = "llama", LlamaConfig
    own = ("rope_interleaved", *FIELDS)

    def read(self, settings: Settings, tensors: Arrays) -> dict[str, Any]:
        sizes = self.sizes(settings)
        if FACTORS in tensors and not all(OWN + name in self.fields for name in FIELDS):
            sizes |= self.slowing(settings, tensors[FACTORS], sizes)
        return sizes

    def slowing(self, settings: Settings, tensor: Any, sizes: dict[str, Any]) -> dict[str, Any]:
        """The fields that give these factors; files of llama.cpp do not say them."""
        factors = np.asarray(tensor).reshape(-1)
        if factors.size and np.isfinite(factors).all() and factors.max() >= 1:
            for length in LENGTHS:
                fields = {"rope_factor": float(factors.max()), "rope_original_length": length}
                if agree(LlamaConfig(**sizes | fields), factors):
                    return fields
        raise ValueError(f"{settings.place}: {FACTORS} slows rotary positions in another way than "
                         "Llama 3 does; such a model cannot be computed")

    def idle(self, tensors: Arrays, config: LlamaConfig) -> set[str]:
        if FACTORS not in tensors:
            return super().idle(tensors, config)
        if not agree(config, np.asarray(tensors[FACTORS])):
            raise ValueError(f"{FACTORS} is not what rope_factor {config.rope_factor} and "
                             f"rope_original_length {config.rope_original_length} give")
        return super().idle(tensors, config) | {FACTORS}

    def place(self, name: str, config: LlamaConfig, shape: tuple[int, ...]) -> Place:
        return super().place(name, config, shape)._replace(
            part=rows(name, config, interleaved=True))

    def more(self, config: LlamaConfig, parameters: dict[str, np.ndarray],
             ) -> dict[str, np.ndarray]:
        return {FACTORS: slowed(config)} if config.rope_factor != 1 else {}


def agree(config: LlamaConfig, factors: np.ndarray) -> bool:
    expected = slowed(config)
    return factors.shape == expected.shape and np.allclose(factors, expected, rtol=1e-5, atol=0)


def slowed(config: LlamaConfig) -> np.ndarray:
    """By what each pair's angle is divided, (K/2,): Llama 3's scaling"""
    K = config.head_dim
    angles = config.rope_theta ** (-np.arange(0, K, 2, dtype=np.float64) / K)
    turns = config.rope_original_length * angles / (2 * np.pi)
    fast = ((turns - config.rope_low_factor)
            / (config.rope_high_factor - config.rope_low_factor)).clip(0, 1)
    return (1 / ((1 - fast) / config.rope_factor + fast)).astype(np.float32)
