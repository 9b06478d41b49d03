"""A language model that looks at one token."""
import numpy as np


def bigrams(tokens, V):
    """tokens (N,) of 0..V-1 -> p (V, V), p[a, b] = probability of b behind a"""
    # <answer>
    counts = np.ones((V, V))
    np.add.at(counts, (tokens[:-1], tokens[1:]), 1)
    return counts / counts.sum(1, keepdims=True)
    # </answer>
