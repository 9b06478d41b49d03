"""Positions: attention alone cannot tell first from last, so every position
gets a vector of its own, learned or computed, which is added to the token's.

Shapes: T = positions, D = width, ... = any leading axes.
"""
import math

import torch

from twinformer.checks import check_positions, check_sizes
from .module import Module, Parameter

__all__ = ["LearnedPositions", "sinusoidal_positions"]


class LearnedPositions(Module):
    """y[t] = x[t] + weight[t]: one learned vector for each position.

    Radford et al. 2018 (GPT), section 3.1; Gehring et al. 2017
    (arXiv:1705.03122), section 3.1.
    """

    def __init__(self, context_length: int, dim: int):
        super().__init__()
        check_sizes(context_length=context_length, dim=dim)
        self.weight = Parameter(torch.zeros(context_length, dim))

    def forward(self, x, start=0):
        """x (..., T, D), its first position is start -> y (..., T, D)"""
        T = x.shape[-2]
        check_positions(start, T, len(self.weight))
        return x + self.weight[start:start + T]


def sinusoidal_positions(length: int, dim: int, base: float = 10000.0):
    """Fixed position vectors (T, D), float64: sines and cosines in pairs.

        y[t, 2i] = sin(t / base^(2i/D)),  y[t, 2i+1] = cos(the same)

    Vaswani et al. 2017 (arXiv:1706.03762), section 3.5.
    """
    if dim % 2:
        raise ValueError(f"sinusoidal positions come in pairs of sine and "
                         f"cosine: expected an even width, got {dim}")
    time = torch.arange(length, dtype=torch.float64)       # (T,)
    pair = torch.arange(0, dim, 2, dtype=torch.float64)    # (D/2,)
    speed = torch.exp(pair * (-math.log(base) / dim))      # (D/2,)
    angle = time[:, None] * speed                          # (T, D/2)
    waves = torch.stack([angle.sin(), angle.cos()], -1)    # (T, D/2, 2)
    return waves.reshape(length, dim)
