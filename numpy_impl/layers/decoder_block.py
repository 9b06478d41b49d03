"""The block of the decoders after GPT-2. They differ in where their norms
stand: before each part, behind it, or both.

Shapes: B batch, T positions, P positions that are read, D model width.
"""
from typing import Any, NamedTuple

import numpy as np

from twinformer.models.context import EMPTY

from .module import Module
from .reading import read_rows, read_rows_backward

__all__ = ["DecoderBlock"]


class DecoderBlock(Module):
    """x = x + post_norm1(attention(norm1(x))),
    x = x + post_norm2(feed_forward(norm2(x)))

    Any norm may be None: Llama and Qwen3 have the two before, Olmo 3 the two
    behind (OLMo team 2025, arXiv:2501.00656, eq. 1 and 2), Gemma 3 all four.
    A norm behind keeps what a part adds to the stream in bounds.
    """

    def __init__(self, attention, feed_forward, norm1=None, norm2=None,
                 post_norm1=None, post_norm2=None):
        super().__init__()
        self.norm1, self.attention, self.post_norm1 = (
            norm1, attention, post_norm1)
        self.norm2, self.feed_forward, self.post_norm2 = (
            norm2, feed_forward, post_norm2)

    def forward(self, x, context=EMPTY):
        """x (B, T, D) -> y (B, T, D), or (B, P, D) if P are read, cache"""
        h, norm1_cache = norm(self.norm1, x)
        h, attention_cache = self.attention.forward(h, context)
        h, post1_cache = norm(self.post_norm1, h)
        x = read_rows(x, context.read) + h                 # (B, T or P, D)
        h, norm2_cache = norm(self.norm2, x)
        h, feed_forward_cache = self.feed_forward.forward(h, context)
        h, post2_cache = norm(self.post_norm2, h)
        x = x + h
        return x, Cache(norm1_cache, attention_cache, post1_cache, norm2_cache,
                        feed_forward_cache, post2_cache, context.read)

    def backward(self, dy, cache):
        """dy (B, T, D) -> dx (B, T, D)

        x = x + f(x) sends its gradient down both ways: through f, and past it
        unchanged. The second is why deep stacks can be trained.
        """
        dh = norm_backward(self.post_norm2, dy, cache.post2)
        dh = self.feed_forward.backward(dh, cache.feed_forward)
        dy = dy + norm_backward(self.norm2, dh, cache.norm2)
        dh = norm_backward(self.post_norm1, dy, cache.post1)
        dh = self.attention.backward(dh, cache.attention)
        dy = read_rows_backward(dy, cache.read, dh.shape[1])  # (B, T, D)
        return dy + norm_backward(self.norm1, dh, cache.norm1)


class Cache(NamedTuple):
    """What each of the six steps of forward keeps, and what was read."""
    norm1: Any
    attention: Any
    post1: Any
    norm2: Any
    feed_forward: Any
    post2: Any
    read: np.ndarray | None


def norm(layer, x):
    """The layer's output and cache; x itself where there is none."""
    return (x, None) if layer is None else layer.forward(x)


def norm_backward(layer, dy, cache):
    """The gradient of the layer's input; dy itself where there is none."""
    return dy if layer is None else layer.backward(dy, cache)
