"""Attention: every position asks a question (query), every position offers an
answer (key, value), and each takes a mixture of the values whose keys fit.

Shapes: ... = any leading axes (batch, head), T = query positions, S = key
positions, K = head width.
"""
import math
from typing import NamedTuple

import numpy as np

from .softmax import masked_softmax, softmax_backward

__all__ = ["causal_mask", "attention", "attention_backward"]


def causal_mask(T: int, S: int):
    """(T, S), True where query t may attend to key s: to itself and the past.

    With more keys than queries, the queries are the last T positions.
    """
    return np.tri(T, S, S - T, dtype=bool)


def attention(q, k, v, mask, keep=None, rate=0.0):
    """y = softmax(q k^T / sqrt(K)) v, over the keys where mask is True.

    Vaswani et al. 2017 (arXiv:1706.03762), eq. 1. Without the root, scores of
    wide heads would grow with their width and softmax would saturate.
    q (..., T, K), k and v (..., S, K), mask (T, S) -> y (..., T, K), cache
    """
    scale = 1 / math.sqrt(q.shape[-1])
    scores = q @ k.mT * scale                              # (..., T, S)
    weights = masked_softmax(scores, mask)                 # (..., T, S)
    kept = keep(weights.shape, rate) if keep and rate else None
    y = drop(weights, kept, rate) @ v                      # (..., T, K)
    return y, Cache(q, k, v, weights, kept, rate)


def drop(weights, kept, rate):
    """Dropout of the attention weights: linear, so its own backward."""
    if kept is None:
        return weights
    return weights * kept * (1 / (1 - rate))


class Cache(NamedTuple):
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    weights: np.ndarray
    kept: np.ndarray | None
    rate: float


def attention_backward(dy, cache):
    """dy (..., T, K) -> dq (..., T, K), dk (..., S, K), dv (..., S, K)

    y = W v is linear in both factors, and so are the scores in q and k:

        dv = W^T dy                     dW = dy v^T
        dscores = softmax_backward(dW)  dq = scale dscores k
                                        dk = scale dscores^T q

    A key that nobody attends to (W = 0) receives no gradient at all.
    """
    q, k, v, weights, kept, rate = cache
    scale = 1 / math.sqrt(q.shape[-1])
    dv = drop(weights, kept, rate).mT @ dy                 # (..., S, K)
    dweights = drop(dy @ v.mT, kept, rate)                 # (..., T, S)
    dscores = softmax_backward(dweights, weights)          # (..., T, S)
    dq = dscores @ k * scale                               # (..., T, K)
    dk = dscores.mT @ q * scale                            # (..., S, K)
    return dq, dk, dv
