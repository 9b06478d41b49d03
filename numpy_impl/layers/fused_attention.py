"""Causal attention in tiles: the same numbers as attention.py, but the (T, S)
matrix of weights never exists as a whole. This is FlashAttention's lesson:
memory grows with T, not T^2, and each tile is used while it is in the cache.

Shapes: B batch, H heads, T query positions, S key positions, K head width;
... = a group of heads, t = queries in a tile, s = keys in a tile.
"""
import math
from typing import NamedTuple

import numpy as np

from twinformer.checks import check_lengths

from .parallel import SLICE, one_blas_thread, run_all

__all__ = ["fused_attention", "fused_attention_backward"]

QUERIES = 64    # query positions in a tile
KEYS = 1024    # key positions in a tile


class Cache(NamedTuple):
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    y: np.ndarray
    log_total: np.ndarray  # (B, H, T, 1): log of the softmax's denominator


def fused_attention(q, k, v):
    """y = softmax(q k^T / sqrt(K)) v, each query over itself and its past.

    Dao et al. 2022 (arXiv:2205.14135), in the order of FlashAttention-2 (Dao
    2023, arXiv:2307.08691, algorithm 1): queries in the outer loop, one
    division at its end, the denominator's logarithm kept. Heads run on all
    cores.
    q (B, H, T, K), k and v (B, H, S, K) -> y (B, H, T, K), cache
    """
    check_lengths(q.shape[2], k.shape[2])
    y, log_total = over_heads(forward_tiles, q, k, v)
    return y, Cache(q, k, v, y, log_total)


def fused_attention_backward(dy, cache):
    """dy (B, H, T, K) -> dq (B, H, T, K), dk and dv (B, H, S, K)

    attention_backward, tile by tile. A weight is computed again from its score
    and the stored denominator, w = exp(score - log_total), and softmax's sum
    over all keys, sum_s dw_s w_s, needs none of them: as dw = dy v^T and
    y = w v, it is sum_K dy y.

    Dao 2023, algorithm 2, with the loops over queries and keys exchanged.
    """
    return over_heads(backward_tiles, *cache, dy)


def forward_tiles(q, k, v):
    """One group of heads: q (..., T, K), k, v (..., S, K) -> y, log_total

    Softmax needs the largest score and the sum of all exponentials; over tiles
    of keys both are kept as running values. When a larger score turns up, what
    was added up so far shrinks by exp(old top - new top).
    """
    scale = 1 / math.sqrt(q.shape[-1])
    y = np.empty_like(q)                                   # (..., T, K)
    log_total = np.empty_like(q[..., :1])                  # (..., T, 1)
    for queries, tiles in tiling(q.shape[-2], k.shape[-2]):
        q_tile = q[..., queries, :] * scale                # (..., t, K)
        top, total, mix = -np.inf, 0, 0
        for keys, seen in tiles:
            scores = q_tile @ k[..., keys, :].mT           # (..., t, s)
            hide_future(scores, seen)
            new_top = np.maximum(top, scores.max(-1, keepdims=True))
            shrink = np.exp(top - new_top)                 # (..., t, 1)
            scores -= new_top
            weights = np.exp(scores, out=scores)           # (..., t, s)
            total = total * shrink + weights.sum(-1, keepdims=True)
            mix = mix * shrink + weights @ v[..., keys, :]  # (..., t, K)
            top = new_top
        y[..., queries, :] = mix / total
        log_total[..., queries, :] = top + np.log(total)
    return y, log_total


def backward_tiles(q, k, v, y, log_total, dy):
    """One group of heads: gradients of q (..., T, K), k and v (..., S, K)"""
    scale = 1 / math.sqrt(q.shape[-1])
    dq = np.empty_like(q)                                  # (..., T, K)
    dk, dv = np.zeros_like(k), np.zeros_like(v)            # (..., S, K)
    for queries, tiles in tiling(q.shape[-2], k.shape[-2]):
        q_tile = q[..., queries, :] * scale                # (..., t, K)
        dy_tile = dy[..., queries, :]                      # (..., t, K)
        mean = (dy_tile * y[..., queries, :]).sum(-1, keepdims=True)
        dq_tile = 0
        for keys, seen in tiles:
            scores = q_tile @ k[..., keys, :].mT           # (..., t, s)
            scores -= log_total[..., queries, :]
            hide_future(scores, seen)
            weights = np.exp(scores, out=scores)           # (..., t, s)
            dscores = dy_tile @ v[..., keys, :].mT         # (..., t, s)
            dscores -= mean
            dscores *= weights
            dq_tile = dq_tile + dscores @ k[..., keys, :]  # (..., t, K)
            dk[..., keys, :] += dscores.mT @ q_tile        # (..., s, K)
            dv[..., keys, :] += weights.mT @ dy_tile       # (..., s, K)
        dq[..., queries, :] = dq_tile * scale
    return dq, dk, dv


def tiling(T, S):
    """Yield (queries, [(keys, seen), ...]): slices that cover the triangle.

    Keys that lie in the future of a whole tile of queries are left out; the
    first of its queries sees `seen` of the keys, each next one sees one more.
    """
    for t in range(0, T, QUERIES):
        t_stop = min(t + QUERIES, T)
        visible = S - T + t_stop                     # keys the last query sees
        keys = [slice(s, min(s + KEYS, visible))
                for s in range(0, visible, KEYS)]
        first = S - T + t + 1                        # keys the first one sees
        yield slice(t, t_stop), [(s, first - s.start) for s in keys]


def hide_future(tile, seen):
    """Write -inf where the key comes after the query. tile (..., t, s)"""
    corner = tile[..., max(0, seen):]
    t, s = corner.shape[-2:]
    future = ~np.tri(t, s, min(0, seen) - 1, dtype=bool)
    np.copyto(corner, -np.inf, where=future)


def over_heads(f, *arrays):
    """f on groups of heads, on all cores; the groups are joined again.

    Where the heads of a sequence are too little work, a group has those of
    several: at T = 64 that takes a third off the time of attention.
    """
    B, H, T, _ = arrays[0].shape
    group = max(1, SLICE // (min(T, QUERIES) * min(arrays[1].shape[2], KEYS)))
    rows = max(1, group // H)
    groups = [(slice(b, b + rows), slice(h, h + group))
              for b in range(0, B, rows) for h in range(0, H, group)]
    with one_blas_thread():
        parts = run_all(lambda g: f(*(a[g] for a in arrays)), groups)
    joined = [np.empty((B, H, *part.shape[2:]), part.dtype)
              for part in parts[0]]
    for place, part in zip(groups, parts, strict=True):
        for whole, piece in zip(joined, part, strict=True):
            whole[place] = piece
    return joined
