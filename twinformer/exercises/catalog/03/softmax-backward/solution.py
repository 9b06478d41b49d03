"""Softmax and its gradient."""
import numpy as np


def softmax(x):
    """x (..., S) -> p (..., S), which sum to 1 over the last axis"""
    e = np.exp(x - x.max(-1, keepdims=True))               # (..., S)
    return e / e.sum(-1, keepdims=True)


def softmax_backward(dp, p):
    """dp, p (..., S) -> dx (..., S)

    dp is the gradient of the loss for p, p what softmax returned.
    """
    # <answer>
    return p * (dp - (dp * p).sum(-1, keepdims=True))
    # </answer>
