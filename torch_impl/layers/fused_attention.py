"""torch's own kernel, scaled_dot_product_attention, asked in such a way that
it does what it has no arguments for: sinks, windows and packed documents.

Shapes: B batch, H query heads, G heads of keys and values, T query positions,
S key positions, K head width, W window, n blocks.
"""
import math

import torch
from torch.nn import functional

from .visibility import visible_mask

__all__ = ["fused_attention", "fused_flash_attention"]


def fused_attention(q, k, v, mask=None, *, causal=False, scale=None,
                    sinks=None, rate=0.0):
    """q (..., H, T, K), k and v (..., G, S, K) -> y (..., H, T, K)

    A sink is a key more, of value 0, whose score is the sink. The kernel makes
    scores by products alone: so queries get one feature more, the sink, and
    keys too: 1 in this key, 0 in all others. It stands before them, and so
    does a query more, with which the causal mask stays a triangle.
    """
    shared = q.shape[:-2] != k.shape[:-2]
    if sinks is None:
        return functional.scaled_dot_product_attention(
            q, k, v, mask, rate, causal, scale=scale, enable_gqa=shared)
    K = q.shape[-1]
    scale = 1 / math.sqrt(K) if scale is None else scale
    lowest = torch.finfo(q.dtype).min  # a sink of -inf times 0 would be NaN
    sink = (sinks / scale).clamp(min=lowest).to(q.dtype)[:, None, None]
    q = torch.cat([q, sink.expand(*q.shape[:-1], 1)], -1)  # (..., T, K + 1)
    one = functional.pad(k.new_ones(1), (K, 0))            # (K + 1,)
    one = one.expand(*k.shape[:-2], 1, K + 1)
    k = torch.cat([one, functional.pad(k, (0, 1))], -2)    # (..., S+1, K + 1)
    v = functional.pad(v, (0, 1, 1, 0))                    # (..., S+1, K + 1)
    if causal:
        q = functional.pad(q, (0, 0, 1, 0))                # (..., T+1, K + 1)
    if mask is not None:
        mask = functional.pad(mask, (1, 0), value=True)    # (..., T, S + 1)
    y = functional.scaled_dot_product_attention(
        q, k, v, mask, rate, causal, scale=scale, enable_gqa=shared)
    return y[..., int(causal):, :K]


def fused_flash_attention(q, k, v, sinks, window, scale, documents, rate):
    """q (B, H, T, K), k and v (B, G, S, K) -> y (B, H, T, K): flash_attention
    by the kernel

    The kernel looks at all keys of every query. Under a window that is too
    much: there, the text is cut into blocks first.
    """
    T, S = q.shape[2], k.shape[2]
    options = {"scale": scale, "sinks": sinks, "rate": rate}
    if window is not None:
        S = min(S, T + window - 1)  # no query sees what is older
        k, v = k[:, :, -S:], v[:, :, -S:]
        documents = None if documents is None else documents[:, -S:]
        window = None if window >= S else window
    if window is not None and window < T:
        parts = in_blocks(q, k, v, window, documents)
        y = fused_attention(*parts, **options)             # (B n, H, W, K)
        y = y.unflatten(0, (len(q), -1)).transpose(1, 2)   # (B, H, n, W, K)
        return y.flatten(2, 3)[:, :, :T]                   # (B, H, T, K)
    if window is documents is None and T in (1, S):
        return fused_attention(q, k, v, causal=T > 1, **options)
    mask = visible_mask(T, S, window, documents).to(q.device)
    mask = mask if documents is None else mask[:, None]    # (B, 1, T, S)
    return fused_attention(q, k, v, mask, **options)


def in_blocks(q, k, v, window, documents):
    """q (B n, H, W, K), k and v (B n, G, 2 W, K), mask (B n, 1, W, 2 W): W
    queries look at the keys of their own block and of the one before it, for
    a window reaches no further. What has to be filled up is padding, a
    document that nobody sees."""
    (B, _, T, _), S, W = q.shape, k.shape[2], window
    if documents is None:
        documents = torch.zeros(1, S, dtype=torch.long, device=q.device)
        documents = documents.expand(B, S)
    after = -T % W
    before = W - (S - T)
    q = functional.pad(q, (0, 0, 0, after))                # (B, H, n W, K)
    k = functional.pad(k, (0, 0, before, after))           # (B, G, n W + W, K)
    v = functional.pad(v, (0, 0, before, after))           # (B, G, n W + W, K)
    documents = functional.pad(documents, (before, after), value=-1)
    documents = pairs(documents[:, None, :, None], W)[:, 0, :, 0]
    mask = visible_mask(W, 2 * W, W, documents)            # (B n, W, 2 W)
    q = blocks(q, W).flatten(0, 1)                         # (B n, H, W, K)
    return q, pairs(k, W), pairs(v, W), mask[:, None]


def blocks(x, W):
    """(B, G, n W, K) -> (B, n, G, W, K)"""
    return x.unflatten(2, (-1, W)).transpose(1, 2)


def pairs(x, W):
    """(B, G, n W + W, K) -> (B n, G, 2 W, K): each block after the first one,
    behind the one before it"""
    x = blocks(x, W)                                       # (B, n+1, G, W, K)
    return torch.cat([x[:, :-1], x[:, 1:]], 3).flatten(0, 1)
