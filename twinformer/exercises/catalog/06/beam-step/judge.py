"""Scores of which several are equal; now and then many, to be sorted stably."""
import numpy as np

from numpy_impl import best_continuations


def case(source):
    K, V = source.size(4), source.choice([*(source.size(5) for _ in range(11)), 30])
    return {"scores": -np.abs(np.round(source.numbers((K,)))),
            "log_probs": -np.abs(np.round(source.numbers((K, V)))),
            "count": source.whole(1, K * V)}


def truth(scores, log_probs, count):
    return best_continuations(scores, log_probs, count)
