"""The logarithm of softmax, and its gradient."""
import numpy as np


def log_softmax(x):
    """x (..., S) -> log p (..., S)"""
    # <answer>
    shifted = x - x.max(-1, keepdims=True)                 # (..., S)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    # </answer>


def log_softmax_backward(dlogp, logp):
    """dlogp, logp (..., S) -> dx (..., S)"""
    # <answer>
    return dlogp - np.exp(logp) * dlogp.sum(-1, keepdims=True)
    # </answer>
