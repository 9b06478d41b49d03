"""Positions: attention alone cannot tell first from last, so every position
gets a vector of its own, learned or computed, which is added to the token's.

Shapes: T = positions, D = width, ... = any leading axes.
"""
import math

import numpy as np

from twinformer.models.context import EMPTY

from twinformer.checks import check_positions, check_sizes
from .embedding import add_rows
from .module import Module, Parameter

__all__ = ["LearnedPositions", "sinusoidal_positions"]


class LearnedPositions(Module):
    """y[t] = x[t] + weight[positions[t]]: a learned vector for each position.

    Radford et al. 2018 (GPT), section 3.1; Gehring et al. 2017
    (arXiv:1705.03122), section 3.1.
    """

    def __init__(self, context_length: int, dim: int,
                 seed: int | None = 0):
        super().__init__()
        check_sizes(context_length=context_length, dim=dim)
        self.weight = Parameter(np.zeros((context_length, dim), np.float32))
        self.reset_parameters(seed)

    def extra_repr(self):
        context_length, dim = self.weight.shape
        return f"{context_length}, {dim}"

    def forward(self, x, context=EMPTY):
        """x (..., T, D), context.positions (..., T) -> y (..., T, D), cache"""
        positions = context.positions
        if positions is None:
            positions = slice(0, x.shape[-2])
        check_positions(positions, len(self.weight))
        y = x + self.weight[positions]                     # (..., T, D)
        return y, positions

    def backward(self, dy, positions):
        """dy (..., T, D) -> dx (..., T, D); adds to the gradient of weight

        An addition hands its gradient on to both sides; a position's vector
        was used in each sequence of the batch, so those gradients add up.
        """
        if self.learns("weight"):
            grad = self.grads["weight"]                    # (positions, D)
            if isinstance(positions, slice):
                grad[positions] += dy.sum(tuple(range(dy.ndim - 2)))
            else:
                add_rows(grad, positions, dy)
        return dy


def sinusoidal_positions(length: int, dim: int, base: float = 10000.0):
    """Fixed position vectors (T, D), float64: sines and cosines in pairs.

        y[t, 2i] = sin(t / base^(2i/D)),  y[t, 2i+1] = cos(the same)

    Each pair is a clock hand that turns at its own speed, from one radian a
    step to one in `base`; moving k positions on is a rotation of every hand,
    the same wherever one starts. Vaswani et al. 2017 (arXiv:1706.03762),
    section 3.5.
    """
    if dim % 2:
        raise ValueError(f"sinusoidal positions come in pairs of sine and "
                         f"cosine: expected an even width, got {dim}")
    time = np.arange(length, dtype=np.float64)             # (T,)
    pair = np.arange(0, dim, 2, dtype=np.float64)          # (D/2,)
    speed = np.exp(pair * (-math.log(base) / dim))         # (D/2,)
    angle = time[:, None] * speed                          # (T, D/2)
    waves = np.stack([np.sin(angle), np.cos(angle)], -1)   # (T, D/2, 2)
    return waves.reshape(length, dim)
