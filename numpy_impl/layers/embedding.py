"""Embedding: a table with one learned vector for each token.

Shapes: V = vocabulary, D = width, ... = any axes of ids, N = number of ids.
"""
import numpy as np

from twinformer.checks import check_sizes
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
        self.weight = Parameter(np.zeros((n_tokens, dim), np.float32))
        self.reset_parameters(seed)

    def extra_repr(self):
        n_tokens, dim = self.weight.shape
        return f"{n_tokens}, {dim}"

    def forward(self, ids):
        """ids (...) of 0..V-1 -> y (..., D), cache"""
        check_whole_numbers(ids)
        y = self.weight[ids]                               # (..., D)
        return y, ids

    def backward(self, dy, ids):
        """dy (..., D) -> nothing, as ids are no variable; adds to weight's

            dweight[v] = sum of dy over the positions where the id is v

        """
        if self.learns("weight"):
            add_rows(self.grads["weight"], ids, dy)


class ScaledEmbedding(Embedding):
    """y = scale * weight[ids]: Gemma's vectors are sqrt(D) times as long as
    its table's, which serves as the output layer too, where short ones do.
    """

    def __init__(self, n_tokens: int, dim: int, scale: float,
                 seed: int | None = 0):
        super().__init__(n_tokens, dim, seed)
        self.scale = scale

    def forward(self, ids):
        """ids (...) of 0..V-1 -> y (..., D), cache"""
        y, ids = super().forward(ids)
        return y * y.dtype.type(self.scale), ids

    def backward(self, dy, ids):
        """dy (..., D) -> nothing; the table's rows get it scaled as well"""
        super().backward(dy * dy.dtype.type(self.scale), ids)


def check_whole_numbers(ids):
    """TypeError where ids are no array of whole numbers."""
    if getattr(ids, "dtype", None) is None or ids.dtype.kind not in "iu":
        raise TypeError(f"token ids must be an array of whole numbers, "
                        f"got {getattr(ids, 'dtype', type(ids))}")


def add_rows(table, ids, rows):
    """table[id] += row for each of ids (...), rows (..., D), repeated or not

    Sorting brings equal ids together, then every run of them is added up:
    `table[ids] += rows` would keep only the last of the repeated ones.
    """
    flat = ids.ravel()                                     # (N,)
    if flat.size == 0:
        return
    order = np.argsort(flat, kind="stable")                # (N,)
    found, starts = np.unique(flat[order], return_index=True)
    rows = rows.reshape(len(flat), -1)[order]              # (N, D)
    table[found] += np.add.reduceat(rows, starts)
