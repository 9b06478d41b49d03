"""Gradient clipping: one unlucky batch must not throw the weights far away."""
import math

from ..layers.whole_tensors import total_norm

__all__ = ["global_norm", "clip_global_norm"]


def global_norm(gradients) -> float:
    """The length of all gradients seen as one long vector."""
    return total_norm(gradients)


def clip_global_norm(gradients, max_norm: float) -> float:
    """Shorten all gradients, in place, to a common length of max_norm.

    Their direction stays as it is, which clipping one by one would change.
    Returns the length before. max_norm = 0 only measures. Pascanu et al. 2013
    (arXiv:1211.5063), algorithm 1.
    """
    norm = global_norm(gradients)
    if 0 < max_norm < norm < math.inf:
        for g in gradients:
            g *= max_norm / norm
    return norm
