"""The pooler: one vector for a whole text, made of its first position, whose
token, [CLS], stands for nothing else.

Shapes: B batch, T positions, D model width.
"""
import torch

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
        """x (B, T, D) -> y (B, D)"""
        first = x[:, 0]                                    # (B, D)
        z = self.dense(first)                              # (B, D)
        y = torch.tanh(z)                                  # (B, D)
        return y
