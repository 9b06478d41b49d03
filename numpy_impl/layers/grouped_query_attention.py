"""Grouped-query attention: several query heads share one key and value head.
Keys and values are what a model must remember of every token, so that G heads
of them instead of H make its memory H / G times smaller.

Shapes: B batch, T positions, D model width, H query heads, G key/value heads,
K head width; H K need not be D. P positions that are read, S key positions.
"""
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from twinformer.checks import check_kv_heads, check_sizes
from twinformer.models.context import EMPTY

from .attention import attention, attention_backward
from .flash_attention import flash_attention, flash_attention_backward
from .linear import Linear
from .module import Module, Parameter
from .multi_head_attention import merge_heads, split_heads
from .qk_clip import scale_heads
from .reading import (
    read_mask, read_positions, read_rows, read_rows_backward,
)
from .rotary import rotate, rotate_backward

__all__ = ["GroupedQueryAttention"]


class GroupedQueryAttention(Module):
    """y = out(heads(rotate(q_norm(q(x))), rotate(k_norm(k(x))), v(x)))

    Ainslie et al. 2023 (arXiv:2305.13245), with rotary positions. G = H is
    multi-head attention, G = 1 multi-query attention (Shazeer 2019,
    arXiv:1911.02150). Query heads h H/G to (h + 1) H/G - 1 share head h.

    rotary : a Rotary; None leaves queries and keys as they are
    bias : whether q, k, v and out have offsets
    q_norm, k_norm : norms of queries and keys, before they are turned; their
        own width says of what: K of each head, else of all heads at once
    window : how many latest tokens a query sees; None = all
    scale : of the scores; None = 1 / sqrt(K)
    softcap : scores are bent below it; None = not
    sinks : whether each head learns the score of a key that is not there

    Raises
    ------
    ValueError
        If n_kv_heads does not divide n_heads.
    """

    def __init__(self, d_model: int, n_heads: int, n_kv_heads: int,
                 head_dim: int, rotary=None, *, bias: bool = False,
                 q_norm=None, k_norm=None, window: int | None = None,
                 scale: float | None = None, softcap: float | None = None,
                 sinks: bool = False, seed: int | None = 0):
        super().__init__()
        check_kv_heads(n_heads, n_kv_heads)
        check_sizes(d_model=d_model, head_dim=head_dim)
        self.n_heads, self.n_kv_heads = n_heads, n_kv_heads
        self.rotary, self.window = rotary, window
        self.scale, self.softcap = scale, softcap
        self.sinks = Parameter(np.zeros(n_heads)) if sinks else None
        queries, keys = n_heads * head_dim, n_kv_heads * head_dim
        self.q = Linear(d_model, queries, bias, seed=None)
        self.k = Linear(d_model, keys, bias, seed=None)
        self.v = Linear(d_model, keys, bias, seed=None)
        self.out = Linear(queries, d_model, bias, seed=None)
        self.q_norm, self.k_norm = q_norm, k_norm
        self.reset_parameters(seed)

    def extra_repr(self):
        window = f", window={self.window}" if self.window else ""
        return (f"n_heads={self.n_heads}, n_kv_heads={self.n_kv_heads}"
                f"{window}")

    def forward(self, x, context=EMPTY):
        """x (B, T, D) -> y (B, T, D), cache

        Where only some positions are read (B, P), y is (B, P, D).
        """
        positions = context.positions
        if positions is None:
            positions = slice(0, x.shape[1])
        asking = read_rows(x, context.read)                # (B, T or P, D)
        asked = read_positions(positions, context.read)
        q, q_cache = self.q.forward(asking, context)       # (B, T, H K)
        k, k_cache = self.k.forward(x, context)            # (B, T, G K)
        v, v_cache = self.v.forward(x, context)            # (B, T, G K)
        q, q_norm_cache = normalised(q, self.q_norm)
        k, k_norm_cache = normalised(k, self.k_norm)
        q = split_heads(q, self.n_heads)                   # (B, H, T, K)
        k = split_heads(k, self.n_kv_heads)                # (B, G, T, K)
        v = split_heads(v, self.n_kv_heads)                # (B, G, T, K)
        q, q_waves = turned(q, asked, self.rotary)
        k, k_waves = turned(k, positions, self.rotary)
        if context.qk_clip is not None:
            context.qk_clip.append(self, q, k, self.scale)
        if context.kv_cache is not None:
            k, v, documents = context.kv_cache.extend(k, v, context.documents)
            context = replace(context, documents=documents)
        plain = context.mask is not None or context.read is not None
        if plain:
            mask = read_mask(context.mask, context.read, x.shape[1],
                             k.shape[2], self.window, context.documents)
            mask = mask[..., None, :, :]                   # (..., 1, P, S)
            heads, heads_cache = attention(
                q, k, v, mask, scale=self.scale, softcap=self.softcap,
                sinks=self.sinks)
        else:
            heads, heads_cache = flash_attention(          # (B, H, T, K)
                q, k, v, self.sinks, window=self.window, scale=self.scale,
                softcap=self.softcap, documents=context.documents)
        y, out_cache = self.out.forward(merge_heads(heads), context)
        return y, Cache(q_cache, k_cache, v_cache, q_norm_cache, k_norm_cache,
                        q_waves, k_waves, plain, heads_cache, out_cache,
                        context.read)

    def backward(self, dy, cache):
        """dy (B, T, D) -> dx (B, T, D): the steps of forward, back to front

        x is used three times, and its three gradients add up.
        """
        backward = (attention_backward if cache.plain
                    else flash_attention_backward)
        dheads = split_heads(self.out.backward(dy, cache.out), self.n_heads)
        dq, dk, dv, *dsinks = backward(dheads, cache.heads)
        if self.sinks is not None and self.learns("sinks"):
            self.grads["sinks"] += dsinks[0]
        dq = turned_back(dq, cache.q_waves, self.rotary)
        dk = turned_back(dk, cache.k_waves, self.rotary)
        dq, dk, dv = map(merge_heads, (dq, dk, dv))
        dq = normalised_backward(dq, self.q_norm, cache.q_norm)
        dk = normalised_backward(dk, self.k_norm, cache.k_norm)
        dx = self.k.backward(dk, cache.k) + self.v.backward(dv, cache.v)
        dasking = self.q.backward(dq, cache.q)             # (B, T or P, D)
        return dx + read_rows_backward(dasking, cache.read, dx.shape[1])

    def shrink_scores(self, factor):
        """Multiply the scores of each head by its factor, (H,)

        A key head serves several: it shrinks by the root of the smallest of
        their factors, and each query head by what is left of its own. Norms of
        queries and keys undo it, and bound the scores by themselves.
        """
        least = factor.reshape(self.n_kv_heads, -1).min(-1)  # (G,)
        root = np.sqrt(least)                             # (G,)
        shared = np.repeat(root, len(factor) // len(root))
        scale_heads(self.k, root)
        scale_heads(self.q, factor / shared)


class Cache(NamedTuple):
    """What each step of forward keeps; how the heads were computed; and what
    was read."""
    q: Any
    k: Any
    v: Any
    q_norm: Any
    k_norm: Any
    q_waves: Any
    k_waves: Any
    plain: bool
    heads: Any
    out: Any
    read: np.ndarray | None


def normalised(x, norm):
    """x (B, T, any) -> the same, every `norm.dim` features by themselves"""
    if norm is None:
        return x, None
    groups = x.reshape(*x.shape[:2], -1, norm.dim)         # (B, T, H, K)
    y, cache = norm.forward(groups)
    return y.reshape(x.shape), cache


def normalised_backward(dy, norm, cache):
    """dy (B, T, any) -> dx, the same shape"""
    if norm is None:
        return dy
    groups = dy.reshape(*dy.shape[:2], -1, norm.dim)       # (B, T, H, K)
    return norm.backward(groups, cache).reshape(dy.shape)


def turned(x, positions, rotary):
    """x (B, H, T, K) turned to its positions, and the waves that turned it"""
    if rotary is None:
        return x, None
    waves = rotary.waves(positions, x)
    return rotate(x, *waves, rotary.interleaved), waves


def turned_back(dy, waves, rotary):
    """dy (B, H, T, K) -> dx (B, H, T, K)"""
    if rotary is None:
        return dy
    return rotate_backward(dy, *waves, rotary.interleaved)
