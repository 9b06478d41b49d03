"""The transformer block as it was first: each shortcut ends in a norm, so that
what leaves a block always has mean 0 and variance 1, before scale and offset.

GPT-2 moved the norm into the branch (block.py), which leaves the shortcut
free. The first transformer and BERT have it here, after the sum.

Shapes: B batch, T positions, P positions that are read, D model width.
"""
from typing import Any, NamedTuple

import numpy as np

from twinformer.models.context import EMPTY

from .dropout import Dropout
from .feed_forward import FeedForward
from .module import Module
from .multi_head_attention import MultiHeadAttention
from .norm import LayerNorm
from .reading import read_rows, read_rows_backward

__all__ = ["PostNormBlock"]


class PostNormBlock(Module):
    """x = norm1(x + drop(attention(x))),  x = norm2(x + drop(feed_forward(x)))

    Vaswani et al. 2017 (arXiv:1706.03762), section 3.1; Devlin et al. 2018
    (arXiv:1810.04805), section 3. Which positions attend to which is the
    context's mask: None is causal, as in all blocks; BERT gives a full one.
    BERT's dropout is also inside attention, at a rate of its own.
    """

    def __init__(self, d_model: int, n_heads: int, d_hidden: int,
                 dropout: float = 0.0, attention_dropout: float = 0.0,
                 activation: str = "gelu_exact", eps: float = 1e-12,
                 seed: int | None = 0):
        super().__init__()
        self.attention = MultiHeadAttention(
            d_model, n_heads, attention_dropout, seed=None)
        self.norm1 = LayerNorm(d_model, eps)
        self.feed_forward = FeedForward(
            d_model, d_hidden, activation, seed=None)
        self.norm2 = LayerNorm(d_model, eps)
        self.dropout = Dropout(dropout)
        self.reset_parameters(seed)

    def forward(self, x, context=EMPTY):
        """x (B, T, D) -> y (B, T, D), or (B, P, D) if P are read, cache"""
        h, attention_cache = self.attention.forward(x, context)
        h, drop1_cache = self.dropout.forward(h, context)
        x = read_rows(x, context.read) + h                 # (B, T or P, D)
        x, norm1_cache = self.norm1.forward(x)
        h, feed_forward_cache = self.feed_forward.forward(x, context)
        h, drop2_cache = self.dropout.forward(h, context)
        x = x + h
        x, norm2_cache = self.norm2.forward(x)
        return x, Cache(attention_cache, drop1_cache, norm1_cache,
                        feed_forward_cache, drop2_cache, norm2_cache,
                        context.read)

    def backward(self, dy, cache):
        """dy (B, T, D) -> dx (B, T, D)

        y = norm(x + f(x)): the gradient of the sum, g, goes both ways,

            g = norm.backward(dy)        dx = g + f.backward(g)

        No path from the last block to the first is without a norm, each of
        which scales the gradient: deep stacks need a warmup to be trained.
        """
        dy = self.norm2.backward(dy, cache.norm2)
        dh = self.dropout.backward(dy, cache.drop2)
        dy = dy + self.feed_forward.backward(dh, cache.feed_forward)
        dy = self.norm1.backward(dy, cache.norm1)
        dh = self.dropout.backward(dy, cache.drop1)
        dh = self.attention.backward(dh, cache.attention)
        dy = read_rows_backward(dy, cache.read, dh.shape[1])  # (B, T, D)
        return dy + dh


class Cache(NamedTuple):
    """What each of the six steps of forward keeps, and what was read."""
    attention: Any
    drop1: Any
    norm1: Any
    feed_forward: Any
    drop2: Any
    norm2: Any
    read: np.ndarray | None
