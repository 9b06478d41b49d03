"""The ladder to multi-head attention, each rung one idea above the last:

    simple_self_attention       positions mix by how alike they are
    SelfAttention               ... by learned queries, keys and values
    CausalAttention             ... without looking ahead, with dropout
    MultiHeadAttentionWrapper   ... several times over, side by side

multi_head_attention.py is the last rung: the same as the wrapper, with the
heads computed together. Chapter 3 of the book climbs it in this order.

Shapes: ... = any leading axes, T = positions, D = input width, K = head width.
"""
from typing import Any, NamedTuple

import numpy as np

from twinformer.models.context import EMPTY

from .attention import attention, attention_backward, causal_mask
from twinformer.checks import check_rate, check_sizes
from .linear import Linear
from .module import Module, ModuleList
from .softmax import softmax, softmax_backward

__all__ = ["simple_self_attention",
           "SelfAttention", "CausalAttention", "MultiHeadAttentionWrapper",
           "simple_self_attention_backward"]


def simple_self_attention(x):
    """y = softmax(x x^T) x: no weights, nothing to learn, the idea alone.

    Positions whose vectors point the same way have a large dot product, so
    each takes over most from those that resemble it. x (..., T, D) -> y, cache
    """
    scores = x @ x.mT                                      # (..., T, T)
    weights = softmax(scores)                              # (..., T, T)
    return weights @ x, (x, weights)


class SelfAttention(Module):
    """Attention over all positions with learned queries, keys and values."""

    def __init__(self, d_in: int, d_out: int, qkv_bias: bool = False,
                 seed: int | None = 0):
        super().__init__()
        self.dropout = 0.0
        self.query = Linear(d_in, d_out, qkv_bias, seed=None)
        self.key = Linear(d_in, d_out, qkv_bias, seed=None)
        self.value = Linear(d_in, d_out, qkv_bias, seed=None)
        self.reset_parameters(seed)

    def mask(self, T):
        return np.ones((T, T), dtype=bool)

    def forward(self, x, context=EMPTY):
        """x (..., T, D) -> y (..., T, K), cache"""
        q, q_cache = self.query.forward(x)                 # (..., T, K)
        k, k_cache = self.key.forward(x)                   # (..., T, K)
        v, v_cache = self.value.forward(x)                 # (..., T, K)
        mask = self.mask(x.shape[-2])                      # (T, T)
        y, attention_cache = attention(                    # (..., T, K)
            q, k, v, mask, context.keep, self.dropout)
        return y, Cache(q_cache, k_cache, v_cache, attention_cache)

    def backward(self, dy, cache):
        """dy (..., T, K) -> dx (..., T, D): x fed three layers, so a sum"""
        dq, dk, dv = attention_backward(dy, cache.attention)
        dx = self.query.backward(dq, cache.query)
        dx = dx + self.key.backward(dk, cache.key)
        return dx + self.value.backward(dv, cache.value)


class Cache(NamedTuple):
    """What each of the four steps of SelfAttention keeps."""
    query: Any
    key: Any
    value: Any
    attention: Any


class CausalAttention(SelfAttention):
    """SelfAttention that sees no later position, with dropout of weights."""

    def __init__(self, d_in: int, d_out: int, dropout: float = 0.0,
                 qkv_bias: bool = False, seed: int | None = 0):
        super().__init__(d_in, d_out, qkv_bias, seed)
        check_rate(dropout)
        self.dropout = dropout

    def mask(self, T):
        return causal_mask(T, T)


class MultiHeadAttentionWrapper(Module):
    """n_heads CausalAttentions, each with a question of its own to ask; their
    answers, side by side, are the output."""

    def __init__(self, d_in: int, d_out: int, n_heads: int,
                 dropout: float = 0.0, qkv_bias: bool = False,
                 seed: int | None = 0):
        super().__init__()
        check_sizes(n_heads=n_heads)
        self.heads = ModuleList(
            CausalAttention(d_in, d_out, dropout, qkv_bias, seed=None)
            for _ in range(n_heads))
        self.reset_parameters(seed)

    def forward(self, x, context=EMPTY):
        """x (..., T, D) -> y (..., T, n_heads * K), cache"""
        results = [head.forward(x, context) for head in self.heads]
        y = np.concatenate([y for y, _ in results], -1)
        return y, [cache for _, cache in results]

    def backward(self, dy, caches):
        """dy (..., T, n_heads * K) -> dx (..., T, D): x fed every head"""
        parts = np.split(dy, len(self.heads), -1)
        return sum(head.backward(part, cache) for head, part, cache
                   in zip(self.heads, parts, caches, strict=True))


def simple_self_attention_backward(dy, cache):
    """x plays three parts, and each brings its gradient:

        as values   W^T dy
        as queries  dscores x
        as keys     dscores^T x
    """
    x, weights = cache
    dscores = softmax_backward(dy @ x.mT, weights)         # (..., T, T)
    return weights.mT @ dy + dscores @ x + dscores.mT @ x
