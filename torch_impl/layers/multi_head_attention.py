"""Multi-head attention: several attentions at once, each in its own slice of
the features, so that a position can ask several things about its past.

Shapes: B batch, T positions, D model width, H heads, K = D / H head width.
"""
import torch

from twinformer.models.context import EMPTY

from .attention import attention
from twinformer.checks import check_heads, check_rate
from .flash_attention import flash_attention
from .linear import Linear
from .module import Module
from .qk_clip import scale_heads
from .reading import read_mask, read_rows
from .visibility import visible_mask

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
                 qkv_bias: bool = True, seed: int | None = 0):
        super().__init__()
        check_heads(d_model, n_heads)
        check_rate(dropout)
        self.n_heads = n_heads
        self.dropout = dropout
        self.qkv = Linear(d_model, 3 * d_model, qkv_bias, seed=None)
        self.out = Linear(d_model, d_model, seed=None)
        self.reset_parameters(seed)

    def extra_repr(self):
        return f"n_heads={self.n_heads}, dropout={self.dropout}"

    def forward(self, x, context=EMPTY):
        """x (B, T, D) -> y (B, T, D)

        Where only some positions are read (B, P), y is (B, P, D).
        """
        qkv = self.qkv(x, context)                         # (B, T, 3 D)
        q, k, v = torch.chunk(qkv, 3, -1)                  # (B, T, D)
        q = read_rows(q, context.read)                     # (B, T or P, D)
        q, k, v = (split_heads(part, self.n_heads)         # (B, H, T, K)
                   for part in (q, k, v))
        if context.qk_clip is not None:
            context.qk_clip.append(self, q, k)
        documents = context.documents
        if context.kv_cache is not None:                   # (B, H, S, K)
            k, v, documents = context.kv_cache.extend(k, v, documents)
        mask = read_mask(context.mask, context.read, x.shape[1], k.shape[2],
                         None, documents)
        dropping = context.keep is not None and self.dropout > 0
        plain = mask is not None or dropping  # dropout needs every weight
        rate = self.dropout if self.training or dropping else 0.0
        if plain:
            mask = every_head(mask, q, k, documents)       # (..., 1, T, S)
            heads = attention(
                q, k, v, mask, context.keep, rate)
        else:
            heads = flash_attention(                       # (B, H, T, K)
                q, k, v, documents=documents, rate=rate)
        y = self.out(merge_heads(heads), context)
        return y

    def shrink_scores(self, factor):
        """Multiply the scores of each head by its factor, (H,)

        Half by its queries and half by its keys: both by the root.
        """
        root = torch.sqrt(factor)                            # (H,)
        one = torch.ones_like(root)                          # (H,)
        scale_heads(self.qkv, torch.cat([root, root, one]))


def every_head(mask, q, k, documents=None):
    """(T, S) or (B, T, S) -> (..., 1, T, S); for None, the past of each

    None again for a single query, the last position, which may see every key:
    each new token of a text that is being generated is one.
    """
    if mask is None:
        T, S = q.shape[2], k.shape[2]
        if T == 1 and documents is None:
            return None
        mask = visible_mask(T, S, None, documents)
    return mask[..., None, :, :].to(q.device)


def split_heads(x, n_heads):
    """(B, T, D) -> (B, H, T, K): a view, nothing is copied"""
    B, T, D = x.shape
    return x.reshape(B, T, n_heads, D // n_heads).swapaxes(1, 2)


def merge_heads(x):
    """(B, H, T, K) -> (B, T, D): the heads side by side again"""
    B, H, T, K = x.shape
    return x.swapaxes(1, 2).reshape(B, T, H * K)
