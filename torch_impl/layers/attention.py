"""Attention: every position asks a question (query), every position offers an
answer (key, value), and each takes a mixture of the values whose keys fit.

Shapes: ... = any leading axes (batch, head), T = query positions, S = key
positions, K = head width.
"""
import math

import torch
from torch.nn import functional

from .fused import check_masks, fused
from .softmax import masked_softmax

__all__ = ["causal_mask", "attention"]


def causal_mask(T: int, S: int):
    """(T, S), True where query t may attend to key s: to itself and the past.

    With more keys than queries, the queries are the last T positions.
    """
    return torch.ones(T, S, dtype=torch.bool).tril(S - T)


def attention(q, k, v, mask, keep=None, rate=0.0):
    """y = softmax(q k^T / sqrt(K)) v, over the keys where mask is True.

    Vaswani et al. 2017 (arXiv:1706.03762), eq. 1. Without the root, scores of
    wide heads would grow with their width and softmax would saturate.
    Given a rate but no keep-masks, torch's kernel draws them.
    q (..., T, K), k and v (..., S, K), mask (T, S) -> y (..., T, K)
    """
    if fused() and not (keep and rate):
        return functional.scaled_dot_product_attention(
            q, k, v, mask, dropout_p=rate)
    check_masks(rate, keep)
    scale = 1 / math.sqrt(q.shape[-1])
    scores = q @ k.mT * scale                              # (..., T, S)
    weights = masked_softmax(scores, mask)                 # (..., T, S)
    kept = keep(weights.shape, rate) if keep and rate else None
    y = drop(weights, kept, rate) @ v                      # (..., T, K)
    return y


def drop(weights, kept, rate):
    """Dropout of the attention weights: linear, so its own backward."""
    if kept is None:
        return weights
    kept = torch.as_tensor(kept, device=weights.device)
    return weights * kept * (1 / (1 - rate))
