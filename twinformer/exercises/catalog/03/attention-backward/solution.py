"""Scaled dot-product attention and its gradient."""
import math

import numpy as np


def masked_softmax(x, mask):
    """Softmax over the entries where mask is True, zeros elsewhere."""
    x = np.where(mask, x, -np.inf)
    top = x.max(-1, keepdims=True)
    e = np.exp(x - np.where(top == -np.inf, 0, top))
    total = e.sum(-1, keepdims=True)
    return e / np.where(total == 0, 1, total)


def softmax_backward(dp, p):
    """dp, p (..., S) -> dx (..., S); masked or not"""
    return p * (dp - (dp * p).sum(-1, keepdims=True))


def attention(q, k, v, mask):
    """q (..., T, K), k, v (..., S, K), mask (T, S) -> y (..., T, K), cache"""
    scale = 1 / math.sqrt(q.shape[-1])
    weights = masked_softmax(q @ k.mT * scale, mask)       # (..., T, S)
    return weights @ v, (q, k, v, weights, scale)


def attention_backward(dy, cache):
    """dy (..., T, K) -> dq (..., T, K), dk, dv (..., S, K)"""
    q, k, v, weights, scale = cache
    # <answer>
    dv = weights.mT @ dy                                   # (..., S, K)
    dweights = dy @ v.mT                                   # (..., T, S)
    dscores = softmax_backward(dweights, weights)          # (..., T, S)
    dq = dscores @ k * scale                               # (..., T, K)
    dk = dscores.mT @ q * scale                            # (..., S, K)
    return dq, dk, dv
    # </answer>
