"""The transformer block: attention moves information between positions, the
feed-forward works on it within each; a shortcut around both lets the gradient
reach the first block as directly as the last.

Shapes: B batch, T positions, D model width.
"""
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
                 qkv_bias: bool = True):
        super().__init__()
        self.norm1 = LayerNorm(d_model)
        self.attention = MultiHeadAttention(
            d_model, n_heads, dropout, qkv_bias)
        self.norm2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, 4 * d_model)
        self.dropout = Dropout(dropout)

    def forward(self, x, keep=None, past=None, mask=None, read=None):
        """x (B, T, D) -> y (B, T, D), cache; the rest as in attention"""
        h, norm1_cache = self.norm1.forward(x)
        h, attention_cache = self.attention.forward(
            h, keep, past, mask, read)
        h, drop1_cache = self.dropout.forward(h, keep)
        x = read_rows(x, read) + h                         # (B, T or P, D)
        h, norm2_cache = self.norm2.forward(x)
        h, feed_forward_cache = self.feed_forward.forward(h, keep)
        h, drop2_cache = self.dropout.forward(h, keep)
        x = x + h
        return x, (norm1_cache, attention_cache, drop1_cache,
                   norm2_cache, feed_forward_cache, drop2_cache, read)

    def backward(self, dy, cache):
        """dy (B, T, D) -> dx (B, T, D)

        x = x + f(x) sends its gradient down both ways: through f, and past it
        unchanged. The second is why deep stacks can be trained.
        """
        (norm1_cache, attention_cache, drop1_cache,
         norm2_cache, feed_forward_cache, drop2_cache, read) = cache
        dh = self.dropout.backward(dy, drop2_cache)
        dh = self.feed_forward.backward(dh, feed_forward_cache)
        dy = dy + self.norm2.backward(dh, norm2_cache)
        dh = self.dropout.backward(dy, drop1_cache)
        dh = self.attention.backward(dh, attention_cache)
        dy = read_rows_backward(dy, read, dh.shape[1])     # (B, T, D)
        return dy + self.norm1.backward(dh, norm1_cache)
