"""Embedding: a table with one learned vector for each token.

Shapes: V = vocabulary, D = width, ... = any axes of ids.
"""
import torch
from torch.nn import functional

from twinformer.checks import check_sizes
from .fused import fused
from .module import Module, Parameter

__all__ = ["Embedding", "ScaledEmbedding"]


class Embedding(Module):
    """y = weight[ids]: a Linear layer applied to one-hot vectors, without ever
    building them.

    Bengio et al. 2003, "A Neural Probabilistic Language Model", section 2.
    """

    def __init__(self, n_tokens: int, dim: int, seed: int | None = 0):
        super().__init__()
        check_sizes(n_tokens=n_tokens, dim=dim)
        self.weight = Parameter(torch.zeros((n_tokens, dim)))
        self.reset_parameters(seed)

    def extra_repr(self):
        n_tokens, dim = self.weight.shape
        return f"{n_tokens}, {dim}"

    def forward(self, ids):
        """ids (...) of 0..V-1 -> y (..., D)"""
        if fused():
            return functional.embedding(ids, self.weight)
        y = self.weight[ids]                               # (..., D)
        return y


class ScaledEmbedding(Embedding):
    """y = scale * weight[ids]: Gemma's vectors are sqrt(D) times as long as
    its table's, which serves as the output layer too, where short ones do.
    """

    def __init__(self, n_tokens: int, dim: int, scale: float,
                 seed: int | None = 0):
        super().__init__(n_tokens, dim, seed)
        self.scale = scale

    def forward(self, ids):
        """ids (...) of 0..V-1 -> y (..., D)"""
        return super().forward(ids) * self.scale
