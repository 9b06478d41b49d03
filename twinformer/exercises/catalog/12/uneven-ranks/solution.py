"""One gradient from several ranks."""
import numpy as np  # noqa: F401


def all_ranks(ranks):
    """ranks: a list of (gradients (n, D), real (n,) bool) -> (D,), of the mean loss"""
    sums = [gradients[real].sum(0) for gradients, real in ranks]
    counts = [real.sum() for _, real in ranks]
    return sum(sums) / sum(counts)
