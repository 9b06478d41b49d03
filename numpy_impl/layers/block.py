"""The transformer block: attention moves information between positions, the
feed-forward works on it within each; a shortcut around both lets the gradient
reach the first block as directly as the last.

Shapes: B batch, T positions, D model width.
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

__all__ = ["TransformerBlock"]


class TransformerBlock(Module):
    """x = x + drop(attention(norm1(x))),  x = x + drop(feed_forward(norm2(x)))

    The pre-norm block of GPT-2: Radford et al. 2019, section 2.3; Xiong et al.
    2020 (arXiv:2002.04745), figure 1b.
    """

    def __init__(self, d_model: int, n_heads: int, dropout: float = 0.0,
                 qkv_bias: bool = True, seed: int | None = 0):
        super().__init__()
        self.norm1 = LayerNorm(d_model)
        self.attention = MultiHeadAttention(
            d_model, n_heads, dropout, qkv_bias, seed=None)
        self.norm2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, 4 * d_model, seed=None)
        self.dropout = Dropout(dropout)
        self.reset_parameters(seed)

    def forward(self, x, context=EMPTY):
        """x (B, T, D) -> y (B, T, D), or (B, P, D) if P are read, cache"""
        h, norm1_cache = self.norm1.forward(x)
        h, attention_cache = self.attention.forward(h, context)
        h, drop1_cache = self.dropout.forward(h, context)
        x = read_rows(x, context.read) + h                 # (B, T or P, D)
        h, norm2_cache = self.norm2.forward(x)
        h, feed_forward_cache = self.feed_forward.forward(h, context)
        h, drop2_cache = self.dropout.forward(h, context)
        x = x + h
        return x, Cache(norm1_cache, attention_cache, drop1_cache, norm2_cache,
                        feed_forward_cache, drop2_cache, context.read)

    def backward(self, dy, cache):
        """dy (B, T, D) -> dx (B, T, D)

        x = x + f(x) sends its gradient down both ways: through f, and past it
        unchanged. The second is why deep stacks can be trained.
        """
        dh = self.dropout.backward(dy, cache.drop2)
        dh = self.feed_forward.backward(dh, cache.feed_forward)
        dy = dy + self.norm2.backward(dh, cache.norm2)
        dh = self.dropout.backward(dy, cache.drop1)
        dh = self.attention.backward(dh, cache.attention)
        dy = read_rows_backward(dy, cache.read, dh.shape[1])  # (B, T, D)
        return dy + self.norm1.backward(dh, cache.norm1)


class Cache(NamedTuple):
    """What each of the six steps of forward keeps, and what was read."""
    norm1: Any
    attention: Any
    drop1: Any
    norm2: Any
    feed_forward: Any
    drop2: Any
    read: np.ndarray | None
