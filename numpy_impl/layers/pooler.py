"""The pooler: one vector for a whole text, made of its first position, whose
token, [CLS], stands for nothing else.

Shapes: B batch, T positions, D model width.
"""
import numpy as np

from .linear import Linear
from .module import Module

__all__ = ["Pooler"]


class Pooler(Module):
    """y = tanh(dense(x[:, 0]))

    Devlin et al. 2018 (arXiv:1810.04805), section 3: the vector C of [CLS];
    the layer is of their code, not of their text.
    """

    def __init__(self, d_model: int, seed: int | None = 0):
        super().__init__()
        self.dense = Linear(d_model, d_model, seed=None)
        self.reset_parameters(seed)

    def forward(self, x):
        """x (B, T, D) -> y (B, D), cache"""
        first = x[:, 0]                                    # (B, D)
        z, dense_cache = self.dense.forward(first)         # (B, D)
        y = np.tanh(z)                                     # (B, D)
        return y, (dense_cache, y, x.shape)

    def backward(self, dy, cache):
        """dy (B, D) -> dx (B, T, D)

        The slope of tanh is 1 - y^2. Positions after the first have had no
        influence here: their gradient is 0.
        """
        dense_cache, y, shape = cache
        dz = dy * (1 - y * y)                              # (B, D)
        dx = np.zeros(shape, dy.dtype)                     # (B, T, D)
        dx[:, 0] = self.dense.backward(dz, dense_cache)
        return dx
