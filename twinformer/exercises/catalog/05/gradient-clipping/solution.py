"""Gradient clipping by the length of all gradients together."""
import numpy as np


def clip(gradients, max_norm):
    """Shorten a list of arrays, in place, to a common length of at most max_norm.

    Returns the length before.
    """
    # <answer>
    norm = np.sqrt(sum((g * g).sum() for g in gradients))
    if norm > max_norm:
        for g in gradients:
            g *= max_norm / norm
    return norm
    # </answer>
