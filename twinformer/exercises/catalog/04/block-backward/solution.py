"""The pre-norm block of GPT-2."""
from numpy_impl import FeedForward, LayerNorm, Module, MultiHeadAttention


class TransformerBlock(Module):
    """x = x + attention(norm1(x)),  x = x + feed_forward(norm2(x))"""

    def __init__(self, d_model, n_heads):
        super().__init__()
        self.norm1 = LayerNorm(d_model)
        self.attention = MultiHeadAttention(d_model, n_heads)
        self.norm2 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, 4 * d_model)

    def forward(self, x):
        """x (B, T, D) -> y (B, T, D), cache"""
        h, norm1_cache = self.norm1.forward(x)
        h, attention_cache = self.attention.forward(h)
        x = x + h
        h, norm2_cache = self.norm2.forward(x)
        h, feed_forward_cache = self.feed_forward.forward(h)
        return x + h, (norm1_cache, attention_cache, norm2_cache, feed_forward_cache)

    def backward(self, dy, cache):
        """dy (B, T, D) -> dx (B, T, D)"""
        norm1_cache, attention_cache, norm2_cache, feed_forward_cache = cache
        # <answer>
        dh = self.feed_forward.backward(dy, feed_forward_cache)
        dy = dy + self.norm2.backward(dh, norm2_cache)
        dh = self.attention.backward(dy, attention_cache)
        return dy + self.norm1.backward(dh, norm1_cache)
        # </answer>
