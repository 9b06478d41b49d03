"""Softmax over some of the entries."""
import numpy as np


def masked_softmax(x, mask):
    """x (..., S), mask (..., S) bool or None -> p (..., S), 0 where mask is False"""
    # <answer>
    if mask is None:
        mask = np.ones(x.shape, bool)
    x = np.where(mask, x, -np.inf)                         # (..., S)
    top = x.max(-1, keepdims=True)                         # (..., 1)
    e = np.exp(x - np.where(top == -np.inf, 0, top))       # (..., S)
    total = e.sum(-1, keepdims=True)                       # (..., 1)
    return e / np.where(total == 0, 1, total)
    # </answer>
