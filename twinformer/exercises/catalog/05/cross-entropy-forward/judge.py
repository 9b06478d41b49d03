"""Targets of which some do not count, and now and then logits in the thousands."""
import numpy as np

from numpy_impl import cross_entropy


def case(source):
    B, T, V = (source.size(4) for _ in range(3))
    targets = np.where(source.mask((B, T)), source.ids((B, T), V), -100)
    return {"logits": source.numbers((B, T, V)) * source.choice([1.0, 1.0, 1000.0]),
            "targets": targets}


def truth(logits, targets):
    return cross_entropy(logits, targets)[0]
