"""Embedding: a table with one learned vector for each token.

Shapes: V = vocabulary, D = width, ... = any axes of ids, N = number of ids.
"""
import numpy as np

from twinformer.checks import check_sizes
from .module import Module, Parameter

__all__ = ["Embedding"]


class Embedding(Module):
    """y = weight[ids]: a Linear layer applied to one-hot vectors, without ever
    building them.

    Bengio et al. 2003, "A Neural Probabilistic Language Model", section 2.
    """

    def __init__(self, n_tokens: int, dim: int):
        super().__init__()
        check_sizes(n_tokens=n_tokens, dim=dim)
        self.weight = Parameter(np.zeros((n_tokens, dim)))

    def forward(self, ids):
        """ids (...) of 0..V-1 -> y (..., D), cache

        Raises
        ------
        TypeError
            Where ids are no array of whole numbers.
        """
        if getattr(ids, "dtype", None) is None or ids.dtype.kind not in "iu":
            raise TypeError(f"token ids must be an array of whole numbers, "
                            f"got {getattr(ids, 'dtype', type(ids))}")
        return self.weight[ids], ids

    def backward(self, dy, ids):
        """dy (..., D) -> nothing, as ids are no variable; adds to weight's

            dweight[v] = sum of dy over the positions where the id is v

        Sorting brings equal ids together, then every run of them is added up:
        `grads[ids] += dy` would keep only the last of the repeated ones.
        """
        flat = ids.ravel()                                 # (N,)
        if flat.size == 0 or not self.learns("weight"):
            return
        order = np.argsort(flat, kind="stable")            # (N,)
        tokens, starts = np.unique(flat[order], return_index=True)
        rows = dy.reshape(len(flat), -1)[order]            # (N, D)
        self.grads["weight"][tokens] += np.add.reduceat(rows, starts)
