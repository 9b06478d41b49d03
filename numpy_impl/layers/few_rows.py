"""Products of a few rows, as the latest tokens of several texts that are
generated at once. Before BLAS multiplies, it copies both matrices into an
order of its own, and to copy the weight of an output layer takes longer than
to multiply it by a few rows. Small matrices it multiplies as they lie: here
such a weight is a stack of them, a few outputs each, and is read once.

Shapes: N rows, D = inputs, F = outputs; a stack is of S matrices, each of
which has O outputs.
"""
import numpy as np

from .parallel import equal_slices, on_each_core

__all__ = ["times_few_rows"]

LARGE = 1 << 22      # numbers of a weight: BLAS has done with fewer sooner
PIECE = 1 << 21      # numbers of a weight in one turn of a core
SMALL = 10**6        # multiplications: up to so many, OpenBLAS does not copy
LEAST, MOST = 4, 16  # outputs of a small matrix


def times_few_rows(rows, weight):
    """x W^T, as rows @ weight.T: (N, D), (F, D) -> (N, F)"""
    if is_worth_a_stack(rows, weight):
        return by_a_stack(rows, weight)
    return (weight @ rows.T).T  # up to a third less time than rows @ weight.T


def is_worth_a_stack(rows, weight):
    """One row is not copied, and with very wide ones no matrix is small."""
    return (len(rows) > 1 and weight.size > LARGE
            and LEAST * rows.size <= SMALL)


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
    O = min(MOST, SMALL // rows.size)
    n = F - F % O
    stack = weight[:n].reshape(n // O, O, D)               # (S, O, D)
    place = y[:, :n].reshape(len(y), n // O, O)            # (N, S, O): a view
    np.matmul(rows, stack.mT, out=place.swapaxes(0, 1))    # (S, N, O)
    np.matmul(rows, weight[n:].T, out=y[:, n:])            # (N, F - n)
