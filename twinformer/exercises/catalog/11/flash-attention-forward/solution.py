"""FlashAttention: causal attention in tiles."""
import math

import numpy as np


def flash_attention(q, k, v, tile=(64, 64)):
    """q (B, H, T, K), k, v (B, H, S, K) -> y (B, H, T, K), cache"""
    (T, K), S = q.shape[-2:], k.shape[-2]
    t, s = tile
    scale = 1 / math.sqrt(K)
    y = np.empty_like(q)
    for i in range(0, T, t):
        q_tile = q[..., i:i + t, :]
        # <answer>
        query = np.arange(i, i + q_tile.shape[-2])[:, None] + S - T
        row_max = np.full_like(q_tile[..., :1], np.finfo(q.dtype).min / 2)
        row_sum = np.zeros_like(row_max)
        acc = np.zeros_like(q_tile)
        for j in range(0, S, s):
            keys, values = k[..., j:j + s, :], v[..., j:j + s, :]
            key = np.arange(j, j + keys.shape[-2])
            scores = np.where(key <= query, q_tile @ keys.mT * scale, -np.inf)
            new_max = np.maximum(row_max, scores.max(-1, keepdims=True))
            rescale = np.exp(row_max - new_max)
            w = np.exp(scores - new_max)
            row_sum = row_sum * rescale + w.sum(-1, keepdims=True)
            acc = acc * rescale + w @ values
            row_max = new_max
        y[..., i:i + t, :] = acc / row_sum
        # </answer>
    return y, None
