"""FlashAttention: causal attention in tiles. The numbers of attention.py, but
the (T, S) matrix of weights never exists as a whole: memory grows with T, not
T^2, and each tile is used while it is in the cache. With a window, time grows
with T alone as well: tiles that no query of theirs sees are never touched.

Shapes: B batch, H query heads, G heads of keys and values, T query positions,
S key positions, K head width; in a tile, b and g = some of B and G, r = H / G
query heads that share a key head, t = queries, s = keys.
"""
import math

import torch

from twinformer.checks import check_visibility

from .fused import check_masks, fused
from .fused_attention import fused_flash_attention
from .softcap import soft_cap
from .tiles import (
    How, by_group, key_tiles, mask_tile, put, query_tiles, rows)

__all__ = ["flash_attention"]

TILE = 64, 1024  # rows of queries and keys in a tile


def flash_attention(q, k, v, sinks=None, *, window=None, scale=None,
                    softcap=None, documents=None, tile=TILE, rate=0.0):
    """y = softmax(q k^T scale) v, each query over the keys it sees.

    Dao et al. 2022 (arXiv:2205.14135), in the form of FlashAttention-2 (Dao
    2023, arXiv:2307.08691). scale, softcap, sinks and the heads that share
    keys as in attention.py; who sees whom as in visibility.py. With more keys
    than queries, the queries are the last T positions. rate: dropout of the
    weights, inside torch's kernel only, which on the other hand knows no cap.
    q (B, H, T, K), k and v (B, G, S, K), sinks (H,), documents (B, S)
    -> y (B, H, T, K)
    """
    check_visibility(q.shape, k.shape, sinks, window, documents)
    if fused() and softcap is None:
        return fused_flash_attention(
            q, k, v, sinks, window, scale, documents, rate)
    check_masks(rate)
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    how = How(window, scale, softcap, tile)
    arrays = by_group(q, k, v, sinks, documents)
    y, _ = forward_tiles(*arrays, how)  # (B, G, r, T, K)
    y = y.reshape(q.shape)                                 # (B, H, T, K)
    return y


def forward_tiles(q, k, v, sinks, documents, how):
    """Algorithm 1. q (b, g, r, T, K), k and v (b, g, S, K) -> y, logsumexp

    Softmax needs the largest score and the sum of all exponentials. Over tiles
    of keys both are running values, as is the sum of the weighted values: when
    a larger score turns up, what was added up so far shrinks by
    exp(old maximum - new maximum). The one division comes at the end. A sink
    is a score that is there from the start, and has no value to add.
    """
    past = k.shape[-2] - q.shape[-2]  # keys before the first query
    y = torch.empty_like(q)                                # (b, g, r, T, K)
    logsumexp = torch.empty_like(q[..., :1])               # (b, g, r, T, 1)
    # not -inf, for -inf - (-inf), where nothing is seen yet, would be NaN;
    # nor so low that one rounding more were -inf
    lowest = sinks.new_tensor(torch.finfo(q.dtype).min / 2)
    top = torch.maximum(sinks.detach(), lowest)
    one = torch.exp(sinks - top)                           # (b, g, r, 1, 1)
    top = torch.broadcast_to(top, logsumexp.shape)         # (b, g, r, T, 1)
    one = torch.broadcast_to(one, logsumexp.shape)         # (b, g, r, T, 1)
    for queries in query_tiles(q, how):
        q_tile = rows(q, queries) * how.scale              # (b, g, r t, K)
        row_max = rows(top, queries)                       # (b, g, r t, 1)
        row_sum = rows(one, queries)                       # (b, g, r t, 1)
        acc = torch.zeros_like(q_tile)                     # (b, g, r t, K)
        for keys in key_tiles(queries, past, documents, how):
            scores = soft_cap(q_tile @ k[..., keys, :].mT, how.softcap)
            scores = mask_tile(scores, queries, keys, past, documents, how)
            tile_max = scores.detach().amax(-1, keepdim=True)
            new_max = torch.maximum(row_max, tile_max)     # (b, g, r t, 1)
            rescale = torch.exp(row_max - new_max)         # (b, g, r t, 1)
            weights = torch.exp(scores - new_max)          # (b, g, r t, s)
            row_sum = row_sum * rescale + weights.sum(-1, keepdim=True)
            acc = acc * rescale + weights @ v[..., keys, :]
            row_max = new_max
        # a query that has seen nothing, not even a sink, yields 0
        row_sum = torch.where(row_sum == 0, 1, row_sum)
        put(y, queries, acc / row_sum)
        put(logsumexp, queries, row_max + torch.log(row_sum))
    return y, logsumexp
