"""FlashAttention: causal attention in tiles. The numbers of attention.py, but
the (T, S) matrix of weights never exists as a whole: memory grows with T, not
T^2, and each tile is used while it is in the cache.

Shapes: B batch, H heads, T query positions, S key positions, K head width;
... = any leading axes, t = queries in a tile, s = keys in a tile.
"""
import math

import torch
from torch.nn import functional

from twinformer.checks import check_lengths

from .attention import causal_mask
from .fused import check_masks, fused

__all__ = ["flash_attention"]

TILE = 64, 1024  # query positions and key positions in a tile


def flash_attention(q, k, v, tile=TILE, rate=0.0):
    """y = softmax(q k^T / sqrt(K)) v, each query over itself and its past.

    Dao et al. 2022 (arXiv:2205.14135), in the form of FlashAttention-2 (Dao
    2023, arXiv:2307.08691). With more keys than queries, the queries are the
    last T positions. rate: dropout of the weights, inside torch's kernel only.
    q (B, H, T, K), k and v (B, H, S, K) -> y (B, H, T, K)
    """
    check_lengths(q.shape[-2], k.shape[-2])
    if fused():
        T, S = q.shape[-2], k.shape[-2]
        mask = None if T in (1, S) else causal_mask(T, S).to(q.device)
        return functional.scaled_dot_product_attention(
            q, k, v, mask, is_causal=T == S, dropout_p=rate)
    check_masks(rate)
    y, logsumexp = forward_tiles(q, k, v, tile)
    return y


def forward_tiles(q, k, v, tile):
    """Algorithm 1. q (..., T, K), k and v (..., S, K) -> y, logsumexp

    Softmax needs the largest score and the sum of all exponentials. Over tiles
    of keys both are running values, as is the sum of the weighted values: when
    a larger score turns up, what was added up so far shrinks by
    exp(old maximum - new maximum). The one division comes at the end.
    """
    past = k.shape[-2] - q.shape[-2]  # keys before the first query
    scale = 1 / math.sqrt(q.shape[-1])
    y = torch.empty_like(q)                                # (..., T, K)
    logsumexp = torch.empty_like(q[..., :1])               # (..., T, 1)
    for queries in query_tiles(q.shape[-2], tile):
        q_tile = q[..., queries, :] * scale                # (..., t, K)
        row_max = torch.full_like(q_tile[..., :1], -torch.inf)
        row_sum = torch.zeros_like(row_max)                # (..., t, 1)
        acc = torch.zeros_like(q_tile)                     # (..., t, K)
        for keys in key_tiles(queries, past, tile):
            scores = q_tile @ k[..., keys, :].mT           # (..., t, s)
            scores = mask_tile(scores, queries, keys, past)
            tile_max = scores.detach().amax(-1, keepdim=True)
            new_max = torch.maximum(row_max, tile_max)     # (..., t, 1)
            rescale = torch.exp(row_max - new_max)         # (..., t, 1)
            weights = torch.exp(scores - new_max)          # (..., t, s)
            row_sum = row_sum * rescale + weights.sum(-1, keepdim=True)
            acc = acc * rescale + weights @ v[..., keys, :]
            row_max = new_max
        y[..., queries, :] = acc / row_sum
        logsumexp[..., queries, :] = row_max + torch.log(row_sum)
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
    query = torch.arange(queries.start, queries.stop)[:, None] + past
    key = torch.arange(keys.start, keys.stop)
    future = key > query                                   # (t, s)
    return scores.masked_fill(future.to(scores.device), -torch.inf)
