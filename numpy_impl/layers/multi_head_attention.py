"""Multi-head attention: several attentions at once, each in its own slice of
the features, so that a position can ask several things about its past.

Shapes: B batch, T positions, D model width, H heads, K = D / H head width.
"""
import numpy as np

from .attention import attention, attention_backward, causal_mask
from twinformer.checks import check_heads, check_rate
from .flash_attention import flash_attention, flash_attention_backward
from .linear import Linear
from .module import Module
from .reading import read_mask, read_rows, read_rows_backward

__all__ = ["MultiHeadAttention", "split_heads", "merge_heads"]


class MultiHeadAttention(Module):
    """y = out(heads(qkv(x))), every head causal, or as a mask says.

    Vaswani et al. 2017 (arXiv:1706.03762), section 3.2.2. One Linear makes the
    queries, keys and values of all heads, in this order, as in GPT-2.

    Raises
    ------
    ValueError
        If n_heads does not divide d_model, or dropout is not in [0, 1).
    """

    def __init__(self, d_model: int, n_heads: int, dropout: float = 0.0,
                 qkv_bias: bool = True):
        super().__init__()
        check_heads(d_model, n_heads)
        check_rate(dropout)
        self.n_heads = n_heads
        self.dropout = dropout
        self.qkv = Linear(d_model, 3 * d_model, qkv_bias)
        self.out = Linear(d_model, d_model)

    def forward(self, x, keep=None, past=None, mask=None, read=None):
        """x (B, T, D) -> y (B, T, D), cache

        past : a KVCache; x continues the tokens that are in it
        mask : (T, S) or (B, T, S), True = may attend; None = causal
        read : (B, P), the positions whose y is wanted; y is (B, P, D) then
        """
        qkv, qkv_cache = self.qkv.forward(x, keep)         # (B, T, 3 D)
        q, k, v = np.split(qkv, 3, -1)                     # (B, T, D)
        q = read_rows(q, read)                             # (B, T or P, D)
        q, k, v = (split_heads(part, self.n_heads)         # (B, H, T, K)
                   for part in (q, k, v))
        if past is not None:
            k, v = past.extend(k, v)                       # (B, H, S, K)
        mask = read_mask(mask, read, x.shape[1], k.shape[2])
        dropping = keep is not None and self.dropout > 0
        plain = mask is not None or dropping  # dropout needs every weight
        if plain:
            mask = every_head(mask, q.shape[2], k.shape[2])
            heads, cache = attention(q, k, v, mask, keep, self.dropout)
        else:
            heads, cache = flash_attention(q, k, v)        # (B, H, T, K)
        y, out_cache = self.out.forward(merge_heads(heads), keep)
        return y, (qkv_cache, plain, cache, out_cache, read)

    def backward(self, dy, cache):
        """dy (B, T, D) -> dx (B, T, D): the steps of forward, back to front"""
        qkv_cache, plain, cache, out_cache, read = cache
        dheads = split_heads(self.out.backward(dy, out_cache), self.n_heads)
        backward = attention_backward if plain else flash_attention_backward
        dq, dk, dv = map(merge_heads, backward(dheads, cache))
        dq = read_rows_backward(dq, read, dk.shape[1])     # (B, T, D)
        dqkv = np.concatenate([dq, dk, dv], -1)            # (B, T, 3 D)
        return self.qkv.backward(dqkv, qkv_cache)


def every_head(mask, T, S):
    """(T, S) or (B, T, S) -> (..., 1, T, S); the causal mask for None"""
    if mask is None:
        mask = causal_mask(T, S)
    return mask[..., None, :, :]


def split_heads(x, n_heads):
    """(B, T, D) -> (B, H, T, K): a view, nothing is copied"""
    B, T, D = x.shape
    return x.reshape(B, T, n_heads, D // n_heads).swapaxes(1, 2)


def merge_heads(x):
    """(B, H, T, K) -> (B, T, D): the heads side by side again"""
    B, H, T, K = x.shape
    return x.swapaxes(1, 2).reshape(B, T, H * K)
