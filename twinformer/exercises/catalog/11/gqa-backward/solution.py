"""Grouped-query attention: its gradient."""
import numpy as np


def weights(q, k):
    """Causal attention weights (B, H, T, T) of q (B, H, T, K), k (B, G, T, K); given"""
    H, G, T = q.shape[1], k.shape[1], q.shape[2]
    scores = q @ np.repeat(k, H // G, axis=1).mT / np.sqrt(q.shape[-1])
    scores = np.where(np.tri(T, dtype=bool), scores, -np.inf)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def gqa_backward(dy, q, k, v):
    """dy (B, H, T, K), of y = weights(q, k) @ v -> dq, dk, dv"""
    B, H, T, K = q.shape
    G = k.shape[1]
    w = weights(q, k)
    # <answer>
    r, scale = H // G, 1 / np.sqrt(K)

    def grouped(a):
        return a.reshape(B, G, r, T, K).sum(2)

    keys, values = np.repeat(k, r, axis=1), np.repeat(v, r, axis=1)
    dv = grouped(w.mT @ dy)
    dw = dy @ values.mT                                    # (B, H, T, T)
    dscores = w * (dw - (dw * w).sum(-1, keepdims=True)) * scale
    return dscores @ keys, grouped(dscores.mT @ q), dv
    # </answer>
