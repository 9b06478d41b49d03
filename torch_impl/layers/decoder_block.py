"""The block of the decoders after GPT-2. They differ in where their norms
stand: before each part, behind it, or both.

Shapes: B batch, T positions, P positions that are read, D model width.
"""
from twinformer.models.context import EMPTY

from .module import Module
from .reading import read_rows

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
        """x (B, T, D) -> y (B, T, D), or (B, P, D) where P are read"""
        h = norm(self.norm1, x)
        h = self.attention(h, context)
        h = norm(self.post_norm1, h)
        x = read_rows(x, context.read) + h                 # (B, T or P, D)
        h = norm(self.norm2, x)
        h = self.feed_forward(h, context)
        h = norm(self.post_norm2, h)
        x = x + h
        return x


def norm(layer, x):
    """The layer's output; x itself where there is none."""
    return x if layer is None else layer(x)
