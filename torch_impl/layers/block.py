"""The transformer block: attention moves information between positions, the
feed-forward works on it within each; a shortcut around both lets the gradient
reach the first block as directly as the last.

Shapes: B batch, T positions, D model width.
"""
from twinformer.models.context import EMPTY

from .dropout import Dropout
from .feed_forward import FeedForward
from .module import Module
from .multi_head_attention import MultiHeadAttention
from .norm import LayerNorm
from .reading import read_rows

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
        """x (B, T, D) -> y (B, T, D), or (B, P, D) where P are read"""
        h = self.norm1(x)
        h = self.attention(h, context)
        h = self.dropout(h, context)
        x = read_rows(x, context.read) + h                 # (B, T or P, D)
        h = self.norm2(x)
        h = self.feed_forward(h, context)
        h = self.dropout(h, context)
        x = x + h
        return x
