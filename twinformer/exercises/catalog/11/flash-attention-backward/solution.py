"""FlashAttention: causal attention in tiles, and its gradient."""
import math

import numpy as np


def flash_attention(q, k, v, tile=(64, 64)):
    """q (B, H, T, K), k, v (B, H, S, K) -> y (B, H, T, K), cache"""
    scores = scores_of(q, k, 0, 0, k.shape[-2] - q.shape[-2])
    top = scores.max(-1, keepdims=True)
    e = np.exp(scores - top)
    total = e.sum(-1, keepdims=True)
    y = e @ v / total
    return y, (q, k, v, y, top + np.log(total), tile)


def scores_of(q, k, i, j, past):
    """The scores of queries from i and keys from j on; -inf for what lies in the future."""
    query = np.arange(i, i + q.shape[-2])[:, None] + past
    key = np.arange(j, j + k.shape[-2])
    return np.where(key <= query, q @ k.mT * (1 / math.sqrt(q.shape[-1])), -np.inf)


def flash_attention_backward(dy, cache):
    """dy (B, H, T, K) -> dq (B, H, T, K), dk, dv (B, H, S, K)"""
    q, k, v, y, logsumexp, (t, s) = cache
    (T, K), S = q.shape[-2:], k.shape[-2]
    scale = 1 / math.sqrt(K)
    dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
    for i in range(0, T, t):
        q_tile, dy_tile, y_tile = (a[..., i:i + t, :] for a in (q, dy, y))
        for j in range(0, S, s):
            keys, values = k[..., j:j + s, :], v[..., j:j + s, :]
            scores = scores_of(q_tile, keys, i, j, S - T)
            # <answer>
            delta = (dy_tile * y_tile).sum(-1, keepdims=True)
            w = np.exp(scores - logsumexp[..., i:i + t, :])
            dw = dy_tile @ values.mT
            dscores = w * (dw - delta)
            dq[..., i:i + t, :] += dscores @ keys * scale
            dk[..., j:j + s, :] += dscores.mT @ q_tile * scale
            dv[..., j:j + s, :] += w.mT @ dy_tile
            # </answer>
    return dq, dk, dv
