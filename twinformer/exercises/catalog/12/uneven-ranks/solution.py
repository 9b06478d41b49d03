"""One gradient from several ranks."""
import numpy as np  # noqa: F401


def all_ranks(ranks):
    """ranks: a list of (gradients (n, D), real (n,) bool) -> (D,), of the mean loss"""
    means, weights = [], []
    for gradients, real in ranks:
        means.append(gradients[real].mean(0))
        weights.append(real.sum())
    return sum(weight * mean for weight, mean in zip(weights, means)) / sum(weights)
