"""Answers of several tokens, and of none."""
import numpy as np

from numpy_impl import sequence_log_probabilities


def case(source):
    B, T, V = (source.size(4) for _ in range(3))
    targets = np.where(source.mask((B, T)), source.ids((B, T), V), -100)
    return {"logits": source.numbers((B, T, V)), "targets": targets}


def truth(logits, targets):
    return sequence_log_probabilities(logits, targets)[0]
