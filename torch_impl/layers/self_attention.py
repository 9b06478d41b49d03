"""The ladder to multi-head attention, each rung one idea above the last:

    simple_self_attention       positions mix by how alike they are
    SelfAttention               ... by learned queries, keys and values
    CausalAttention             ... without looking ahead, with dropout
    MultiHeadAttentionWrapper   ... several times over, side by side

multi_head_attention.py is the last rung: the same as the wrapper, with the
heads computed together. Chapter 3 of the book climbs it in this order.

Shapes: ... = any leading axes, T = positions, D = input width, K = head width.
"""
import torch

from twinformer.models.context import EMPTY

from .attention import attention, causal_mask
from twinformer.checks import check_rate, check_sizes
from .linear import Linear
from .module import Module, ModuleList
from .softmax import softmax

__all__ = ["simple_self_attention",
           "SelfAttention", "CausalAttention", "MultiHeadAttentionWrapper"]


def simple_self_attention(x):
    """y = softmax(x x^T) x: no weights, nothing to learn, the idea alone.

    Positions whose vectors point the same way have a large dot product, so
    each takes over most from those that resemble it. x (..., T, D) -> y
    """
    scores = x @ x.mT                                      # (..., T, T)
    weights = softmax(scores)                              # (..., T, T)
    return weights @ x


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
        return torch.ones(T, T, dtype=torch.bool)

    def forward(self, x, context=EMPTY):
        """x (..., T, D) -> y (..., T, K)"""
        q = self.query(x)                                  # (..., T, K)
        k = self.key(x)                                    # (..., T, K)
        v = self.value(x)                                  # (..., T, K)
        mask = self.mask(x.shape[-2]).to(x.device)         # (T, T)
        rate = self.dropout if self.training or context.keep else 0.0
        y = attention(                                     # (..., T, K)
            q, k, v, mask, context.keep, rate)
        return y


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
        """x (..., T, D) -> y (..., T, n_heads * K)"""
        results = [head(x, context) for head in self.heads]
        y = torch.cat(results, -1)
        return y
