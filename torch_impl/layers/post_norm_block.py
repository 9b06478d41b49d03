"""The transformer block as it was first: each shortcut ends in a norm, so that
what leaves a block always has mean 0 and variance 1, before scale and offset.

GPT-2 moved the norm into the branch (block.py), which leaves the shortcut
free. The first transformer and BERT have it here, after the sum.

Shapes: B batch, T positions, P positions that are read, D model width.
"""
from twinformer.models.context import EMPTY

from .dropout import Dropout
from .feed_forward import FeedForward
from .module import Module
from .multi_head_attention import MultiHeadAttention
from .norm import LayerNorm
from .reading import read_rows

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
        """x (B, T, D) -> y (B, T, D), or (B, P, D) where P are read"""
        h = self.attention(x, context)
        h = self.dropout(h, context)
        x = read_rows(x, context.read) + h                 # (B, T or P, D)
        x = self.norm1(x)
        h = self.feed_forward(x, context)
        h = self.dropout(h, context)
        x = x + h
        x = self.norm2(x)
        return x
