"""Grouped-query attention: several query heads share one key and value head.
Keys and values are what a model must remember of every token, so that G heads
of them instead of H make its memory H / G times smaller.

Shapes: B batch, T positions, D model width, H query heads, G key/value heads,
K head width; H K need not be D. P positions that are read, S key positions.
"""
from dataclasses import replace

import torch

from twinformer.checks import check_kv_heads, check_sizes
from twinformer.models.context import EMPTY

from .attention import attention
from .flash_attention import flash_attention
from .linear import Linear
from .module import Module, Parameter
from .multi_head_attention import merge_heads, split_heads
from .qk_clip import scale_heads
from .reading import read_mask, read_positions, read_rows
from .rotary import rotate

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
        self.sinks = Parameter(torch.zeros(n_heads)) if sinks else None
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
        """x (B, T, D) -> y (B, T, D)

        Where only some positions are read (B, P), y is (B, P, D).
        """
        positions = context.positions
        if positions is None:
            positions = slice(0, x.shape[1])
        asking = read_rows(x, context.read)                # (B, T or P, D)
        asked = read_positions(positions, context.read)
        q = self.q(asking, context)                        # (B, T, H K)
        k = self.k(x, context)                             # (B, T, G K)
        v = self.v(x, context)                             # (B, T, G K)
        q = normalised(q, self.q_norm)
        k = normalised(k, self.k_norm)
        q = split_heads(q, self.n_heads)                   # (B, H, T, K)
        k = split_heads(k, self.n_kv_heads)                # (B, G, T, K)
        v = split_heads(v, self.n_kv_heads)                # (B, G, T, K)
        q = turned(q, asked, self.rotary)
        k = turned(k, positions, self.rotary)
        if context.qk_clip is not None:
            context.qk_clip.append(self, q, k, self.scale)
        if context.kv_cache is not None:
            k, v, documents = context.kv_cache.extend(k, v, context.documents)
            context = replace(context, documents=documents)
        plain = context.mask is not None or context.read is not None
        if plain:
            mask = read_mask(context.mask, context.read, x.shape[1],
                             k.shape[2], self.window, context.documents)
            mask = mask[..., None, :, :].to(q.device)      # (..., 1, P, S)
            heads = attention(
                q, k, v, mask, scale=self.scale, softcap=self.softcap,
                sinks=self.sinks)
        else:
            heads = flash_attention(                       # (B, H, T, K)
                q, k, v, self.sinks, window=self.window, scale=self.scale,
                softcap=self.softcap, documents=context.documents)
        y = self.out(merge_heads(heads), context)
        return y

    def shrink_scores(self, factor):
        """Multiply the scores of each head by its factor, (H,)

        A key head serves several: it shrinks by the root of the smallest of
        their factors, and each query head by what is left of its own. Norms of
        queries and keys undo it, and bound the scores by themselves.
        """
        least = factor.reshape(self.n_kv_heads, -1).amin(-1)  # (G,)
        root = torch.sqrt(least)                             # (G,)
        shared = root.repeat_interleave(len(factor) // len(root))
        scale_heads(self.k, root)
        scale_heads(self.q, factor / shared)


def normalised(x, norm):
    """x (B, T, any) -> the same, every `norm.dim` features by themselves"""
    if norm is None:
        return x
    groups = x.reshape(*x.shape[:2], -1, norm.dim)         # (B, T, H, K)
    return norm(groups).reshape(x.shape)


def turned(x, positions, rotary):
    """x (B, H, T, K) turned to its positions"""
    if rotary is None:
        return x
    waves = rotary.waves(positions, x)
    return rotate(x, *waves, rotary.interleaved)
