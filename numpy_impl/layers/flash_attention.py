"""FlashAttention: causal attention in tiles. The numbers of attention.py, but
the (T, S) matrix of weights never exists as a whole: memory grows with T, not
T^2, and each tile is used while it is in the cache.

Shapes: B batch, H heads, T query positions, S key positions, K head width;
... = any leading axes, t = queries in a tile, s = keys in a tile.
"""
import math
from typing import NamedTuple

import numpy as np

from twinformer.checks import check_lengths

from .parallel import over_heads

__all__ = ["flash_attention", "flash_attention_backward"]

TILE = 64, 1024  # query positions and key positions in a tile


def flash_attention(q, k, v, tile=TILE):
    """y = softmax(q k^T / sqrt(K)) v, each query over itself and its past.

    Dao et al. 2022 (arXiv:2205.14135), in the form of FlashAttention-2 (Dao
    2023, arXiv:2307.08691). With more keys than queries, the queries are the
    last T positions.
    q (B, H, T, K), k and v (B, H, S, K) -> y (B, H, T, K), cache
    """
    check_lengths(q.shape[-2], k.shape[-2])
    y, logsumexp = over_heads(forward_tiles, (q, k, v), tile)
    return y, Cache(q, k, v, y, logsumexp, tile)


def forward_tiles(q, k, v, tile):
    """Algorithm 1. q (..., T, K), k and v (..., S, K) -> y, logsumexp

    Softmax needs the largest score and the sum of all exponentials. Over tiles
    of keys both are running values, as is the sum of the weighted values: when
    a larger score turns up, what was added up so far shrinks by
    exp(old maximum - new maximum). The one division comes at the end.
    """
    past = k.shape[-2] - q.shape[-2]  # keys before the first query
    scale = 1 / math.sqrt(q.shape[-1])
    y = np.empty_like(q)                                   # (..., T, K)
    logsumexp = np.empty_like(q[..., :1])                  # (..., T, 1)
    for queries in query_tiles(q.shape[-2], tile):
        q_tile = q[..., queries, :] * scale                # (..., t, K)
        row_max = np.full_like(q_tile[..., :1], -np.inf)   # (..., t, 1)
        row_sum = np.zeros_like(row_max)                   # (..., t, 1)
        acc = np.zeros_like(q_tile)                        # (..., t, K)
        for keys in key_tiles(queries, past, tile):
            scores = q_tile @ k[..., keys, :].mT           # (..., t, s)
            scores = mask_tile(scores, queries, keys, past)
            tile_max = scores.max(-1, keepdims=True)       # (..., t, 1)
            new_max = np.maximum(row_max, tile_max)        # (..., t, 1)
            rescale = np.exp(row_max - new_max)            # (..., t, 1)
            weights = np.exp(scores - new_max)             # (..., t, s)
            row_sum = row_sum * rescale + weights.sum(-1, keepdims=True)
            acc = acc * rescale + weights @ v[..., keys, :]
            row_max = new_max
        y[..., queries, :] = acc / row_sum
        logsumexp[..., queries, :] = row_max + np.log(row_sum)
    return y, logsumexp


def query_tiles(T, tile):
    """All query positions, as slices."""
    return [slice(t, min(t + tile[0], T)) for t in range(0, T, tile[0])]


def key_tiles(queries, past, tile):
    """The keys that a tile of queries looks at, as slices: all up to its last
    query. Later ones are in the future of the whole tile."""
    stop = past + queries.stop
    return [slice(s, min(s + tile[1], stop)) for s in range(0, stop, tile[1])]


def mask_tile(scores, queries, keys, past):
    """-inf, a weight of 0, where the key comes after the query."""
    if keys.stop <= past + queries.start + 1:
        return scores  # even the tile's first query sees all of its keys
    query = np.arange(queries.start, queries.stop)[:, None] + past
    key = np.arange(keys.start, keys.stop)
    future = key > query                                   # (t, s)
    np.copyto(scores, -np.inf, where=future)  # in place: a pass less
    return scores


class Cache(NamedTuple):
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    y: np.ndarray
    logsumexp: np.ndarray  # (B, H, T, 1): log of the softmax's denominator
    tile: tuple[int, int]


def flash_attention_backward(dy, cache):
    """dy (B, H, T, K) -> dq (B, H, T, K), dk and dv (B, H, S, K)"""
    *arrays, tile = cache
    return over_heads(backward_tiles, (*arrays, dy), tile)


def backward_tiles(q, k, v, y, logsumexp, dy, tile):
    """Algorithm 2, with its loops exchanged: gradients of q, k and v

    attention_backward, tile by tile. A weight is computed again from its score
    and the stored denominator, w = exp(score - logsumexp), and softmax's sum
    over all keys, delta = sum_s dw_s w_s, needs none of them: as dw = dy v^T
    and y = w v, it is sum_K dy y.
    """
    past = k.shape[-2] - q.shape[-2]  # keys before the first query
    scale = 1 / math.sqrt(q.shape[-1])
    dq = np.empty_like(q)                                  # (..., T, K)
    dk, dv = np.zeros_like(k), np.zeros_like(v)            # (..., S, K)
    for queries in query_tiles(q.shape[-2], tile):
        q_tile = q[..., queries, :] * scale                # (..., t, K)
        dy_tile = dy[..., queries, :]                      # (..., t, K)
        delta = (dy_tile * y[..., queries, :]).sum(-1, keepdims=True)
        dq_tile = np.zeros_like(q_tile)                    # (..., t, K)
        for keys in key_tiles(queries, past, tile):
            scores = q_tile @ k[..., keys, :].mT           # (..., t, s)
            scores = mask_tile(scores, queries, keys, past)
            weights = np.exp(scores - logsumexp[..., queries, :])
            dweights = dy_tile @ v[..., keys, :].mT        # (..., t, s)
            dscores = weights * (dweights - delta)         # (..., t, s)
            dq_tile = dq_tile + dscores @ k[..., keys, :]  # (..., t, K)
            dk[..., keys, :] += dscores.mT @ q_tile        # (..., s, K)
            dv[..., keys, :] += weights.mT @ dy_tile       # (..., s, K)
        dq[..., queries, :] = dq_tile * scale
    return dq, dk, dv
