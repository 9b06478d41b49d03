"""FlashAttention: causal attention in tiles. The numbers of attention.py, but
the (T, S) matrix of weights never exists as a whole: memory grows with T, not
T^2, and each tile is used while it is in the cache. With a window, time grows
with T alone as well: tiles that no query of theirs sees are never touched.

Shapes: B batch, H query heads, G heads of keys and values, T query positions,
S key positions, K head width; in a tile, b and g = some of B and G, r = H / G
query heads that share a key head, t = queries, s = keys.
"""
import math
from typing import NamedTuple

import numpy as np

from twinformer.checks import check_visibility

from .parallel import over_heads
from .softcap import cap_slope, soft_cap, uncap
from .tiles import (
    How, by_group, key_tiles, mask_tile, put, query_tiles, rows, work)

__all__ = ["flash_attention", "flash_attention_backward"]

TILE = 64, 1024  # rows of queries and keys in a tile


def flash_attention(q, k, v, sinks=None, *, window=None, scale=None,
                    softcap=None, documents=None, tile=TILE):
    """y = softmax(q k^T scale) v, each query over the keys it sees.

    Dao et al. 2022 (arXiv:2205.14135), in the form of FlashAttention-2 (Dao
    2023, arXiv:2307.08691). scale, softcap, sinks and the heads that share
    keys as in attention.py; who sees whom as in visibility.py. With more keys
    than queries, the queries are the last T positions.
    q (B, H, T, K), k and v (B, G, S, K), sinks (H,), documents (B, S)
    -> y (B, H, T, K), cache
    """
    check_visibility(q.shape, k.shape, sinks, window, documents)
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    how = How(window, scale, softcap, tile)
    arrays = by_group(q, k, v, sinks, documents)
    y, logsumexp = over_heads(forward_tiles, arrays, work(q, k, how), how)
    y, logsumexp = (a.reshape(*q.shape[:3], -1) for a in (y, logsumexp))
    return y, Cache(q, k, v, sinks, documents, y, logsumexp, how)


def forward_tiles(q, k, v, sinks, documents, how):
    """Algorithm 1. q (b, g, r, T, K), k and v (b, g, S, K) -> y, logsumexp

    Softmax needs the largest score and the sum of all exponentials. Over tiles
    of keys both are running values, as is the sum of the weighted values: when
    a larger score turns up, what was added up so far shrinks by
    exp(old maximum - new maximum). The one division comes at the end. A sink
    is a score that is there from the start, and has no value to add.
    """
    past = k.shape[-2] - q.shape[-2]  # keys before the first query
    y = np.empty_like(q)                                   # (b, g, r, T, K)
    logsumexp = np.empty_like(q[..., :1])                  # (b, g, r, T, 1)
    # not -inf, for -inf - (-inf), where nothing is seen yet, would be NaN;
    # nor so low that one rounding more were -inf
    top = np.maximum(sinks, np.finfo(q.dtype).min / 2)
    one = np.exp(sinks - top)                              # (b, g, r, 1, 1)
    top = np.broadcast_to(top, logsumexp.shape)            # (b, g, r, T, 1)
    one = np.broadcast_to(one, logsumexp.shape)            # (b, g, r, T, 1)
    for queries in query_tiles(q, how):
        q_tile = rows(q, queries) * how.scale              # (b, g, r t, K)
        row_max = rows(top, queries)                       # (b, g, r t, 1)
        row_sum = rows(one, queries)                       # (b, g, r t, 1)
        acc = np.zeros_like(q_tile)                        # (b, g, r t, K)
        for keys in key_tiles(queries, past, documents, how):
            scores = soft_cap(q_tile @ k[..., keys, :].mT, how.softcap)
            scores = mask_tile(scores, queries, keys, past, documents, how)
            tile_max = scores.max(-1, keepdims=True)       # (b, g, r t, 1)
            new_max = np.maximum(row_max, tile_max)        # (b, g, r t, 1)
            rescale = np.exp(row_max - new_max)            # (b, g, r t, 1)
            weights = np.exp(scores - new_max)             # (b, g, r t, s)
            row_sum = row_sum * rescale + weights.sum(-1, keepdims=True)
            acc = acc * rescale + weights @ v[..., keys, :]
            row_max = new_max
        # a query that has seen nothing, not even a sink, yields 0
        row_sum = np.where(row_sum == 0, 1, row_sum)
        put(y, queries, acc / row_sum)
        put(logsumexp, queries, row_max + np.log(row_sum))
    return y, logsumexp


class Cache(NamedTuple):
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    sinks: np.ndarray | None
    documents: np.ndarray | None
    y: np.ndarray
    logsumexp: np.ndarray  # (B, H, T, 1): log of the softmax's denominator
    how: How


def flash_attention_backward(dy, cache):
    """dy (B, H, T, K) -> dq (B, H, T, K), dk and dv (B, G, S, K), and dsinks
    (H,) where there are sinks"""
    *inputs, y, logsumexp, how = cache
    q, k, v, sinks, documents = inputs
    arrays = by_group(*inputs, y, logsumexp, dy)
    dq, dk, dv, dsinks = over_heads(
        backward_tiles, arrays, work(q, k, how), how)
    dq = dq.reshape(q.shape)                               # (B, H, T, K)
    if sinks is None:
        return dq, dk, dv
    return dq, dk, dv, dsinks.sum(0).reshape(sinks.shape)


def backward_tiles(q, k, v, sinks, documents, y, logsumexp, dy, how):
    """Algorithm 2, with its loops exchanged: gradients of q, k, v and sinks

    attention_backward, tile by tile. A weight is computed again from its score
    and the stored denominator, w = exp(score - logsumexp), and softmax's sum
    over all keys, delta = sum_s dw_s w_s, needs none of them: as dw = dy v^T
    and y = w v, it is sum_K dy y. A sink has w too, and no value: dw = 0.
    """
    past = k.shape[-2] - q.shape[-2]  # keys before the first query
    delta = np.empty_like(logsumexp)                       # (b, g, r, T, 1)
    dq = np.empty_like(q)                                  # (b, g, r, T, K)
    dk, dv = np.zeros_like(k), np.zeros_like(v)            # (b, g, S, K)
    for queries in query_tiles(q, how):
        q_tile = rows(q, queries) * how.scale              # (b, g, r t, K)
        dy_tile = rows(dy, queries)                        # (b, g, r t, K)
        y_tile = rows(y, queries)                          # (b, g, r t, K)
        delta_tile = (dy_tile * y_tile).sum(-1, keepdims=True)
        dq_tile = np.zeros_like(q_tile)                    # (b, g, r t, K)
        for keys in key_tiles(queries, past, documents, how):
            scores = soft_cap(q_tile @ k[..., keys, :].mT, how.softcap)
            slope = cap_slope(scores, how.softcap)         # (b, g, r t, s)
            scores = mask_tile(scores, queries, keys, past, documents, how)
            weights = np.exp(scores - rows(logsumexp, queries))
            dweights = dy_tile @ v[..., keys, :].mT        # (b, g, r t, s)
            dscores = weights * (dweights - delta_tile)
            dscores = uncap(dscores, slope)                # (b, g, r t, s)
            dq_tile = dq_tile + dscores @ k[..., keys, :]  # (b, g, r t, K)
            dk[..., keys, :] += dscores.mT @ q_tile        # (b, g, s, K)
            dv[..., keys, :] += weights.mT @ dy_tile       # (b, g, s, K)
        put(dq, queries, dq_tile * how.scale)
        put(delta, queries, delta_tile)
    weights = np.exp(sinks - logsumexp)                    # (b, g, r, T, 1)
    dsinks = (weights * (0 - delta)).sum(-2, keepdims=True)
    return dq, dk, dv, dsinks
