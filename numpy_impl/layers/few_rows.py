"""Products of a few rows, as the latest tokens of several texts that are
generated at once. Before BLAS multiplies, it copies both matrices into an
order of its own, and to copy the weight of an output layer takes longer than
to multiply it by a few rows. Small matrices OpenBLAS multiplies as they lie,
where it knows AVX-512: here such a weight is a stack of them, a few outputs
each, and is read once.

Shapes: N rows, D = inputs, F = outputs; a stack is of S matrices with C
outputs each.
"""
import functools

import numpy as np
from threadpoolctl import threadpool_info

from .parallel import equal_slices, on_each_core

__all__ = ["times_few_rows"]

FEW = range(2, 11)   # rows; a single one is not copied anyway
LARGE = 1 << 24      # numbers of a weight: BLAS has done with fewer sooner
PIECE = 1 << 21      # numbers of a weight in one turn of a core
SMALL = 10**6        # OpenBLAS does not copy for so many multiplications
LEAST, MOST = 4, 16  # outputs of a small matrix
KERNELS = {"SkylakeX", "Cooperlake", "SapphireRapids"}  # that do not copy


def times_few_rows(rows, weight):
    """x W^T, as rows @ weight.T: (N, D), (F, D) -> (N, F)"""
    if is_worth_a_stack(rows, weight):
        return by_a_stack(rows, weight)
    return (weight @ rows.T).T  # up to a third less time than rows @ weight.T


def is_worth_a_stack(rows, weight):
    """Whether BLAS would copy, and need not: rows are not too wide for it."""
    return (len(rows) in FEW and weight.size > LARGE
            and LEAST * rows.size <= SMALL and multiplies_in_place())


@functools.cache
def multiplies_in_place():
    """Whether NumPy's BLAS has small products that copy nothing."""
    return any(library["internal_api"] == "openblas"
               and library["architecture"] in KERNELS
               for library in threadpool_info())


def by_a_stack(rows, weight):
    """x W^T, on all cores: (N, D), (F, D) -> (N, F)"""
    F, D = weight.shape
    y = np.empty((len(rows), F), np.result_type(rows, weight))  # (N, F)

    def multiply(some):
        fill(y[:, some], rows, weight[some])
    on_each_core(multiply, equal_slices(F, PIECE // D))
    return y


def fill(y, rows, weight):
    """y (N, F) = x W^T: the stack's outputs, then the few that are left"""
    F, D = weight.shape
    C = min(MOST, SMALL // rows.size)
    n = F - F % C
    stack = weight[:n].reshape(n // C, C, D)               # (S, C, D)
    place = y[:, :n].reshape(len(y), n // C, C)            # (N, S, C): a view
    np.matmul(rows, stack.mT, out=place.swapaxes(0, 1))    # (S, N, C)
    np.matmul(rows, weight[n:].T, out=y[:, n:])            # (N, F - n)
