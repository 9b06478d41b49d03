"""The block of the first transformer, and of BERT."""
from numpy_impl import FeedForward, LayerNorm, Module, MultiHeadAttention


class PostNormBlock(Module):
    """x = norm1(x + attention(x)),  x = norm2(x + feed_forward(x))"""

    def __init__(self, d_model, n_heads, d_hidden):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, n_heads)
        self.norm1 = LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_hidden)
        self.norm2 = LayerNorm(d_model)

    def forward(self, x):
        """x (B, T, D) -> y (B, T, D)"""
        # <answer>
        h, _ = self.attention.forward(x)
        x, _ = self.norm1.forward(x + h)
        h, _ = self.feed_forward.forward(x)
        x, _ = self.norm2.forward(x + h)
        return x
        # </answer>
