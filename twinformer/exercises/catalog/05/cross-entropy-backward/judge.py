"""Targets of which some do not count."""
import numpy as np

from numpy_impl import cross_entropy, cross_entropy_backward


def case(source):
    B, T, V = (source.size(4) for _ in range(3))
    targets = np.where(source.mask((B, T)), source.ids((B, T), V), -100)
    return {"logits": source.numbers((B, T, V)), "targets": targets}


def truth(logits, targets):
    return cross_entropy_backward(1.0, cross_entropy(logits, targets)[1])
