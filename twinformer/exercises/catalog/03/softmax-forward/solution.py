"""Softmax: scores -> shares that sum to 1."""
import numpy as np


def softmax(x):
    """p_i = exp(x_i) / sum_j exp(x_j) over the last axis

    x (..., S) -> p (..., S)
    """
    # <answer>
    e = np.exp(x - x.max(-1, keepdims=True))               # (..., S)
    return e / e.sum(-1, keepdims=True)
    # </answer>
