"""A text, token by token, with a cache."""
import numpy as np


def write_on(x):
    """x (T, K): queries, keys and values -> y (T, K), of causal attention"""
    memory, length, rows = np.zeros((len(x) + 1, x.shape[1])), 0, []
    for token in x:
        length = length + 1
        memory[length - 1] = token
        seen = memory[:length]
        scores = seen @ token
        weights = np.exp(scores - scores.max())
        rows.append(weights / weights.sum() @ seen)
    return np.stack(rows)
