"""Causal attention in tiles: the same numbers as attention.py, but the (T, S)
matrix of weights never exists as a whole. Here torch's kernels do it; the
reference spells the tiles out.

Shapes: B batch, H heads, T query positions, S key positions, K head width.
"""
from torch.nn import functional

from twinformer.checks import check_lengths

from .attention import causal_mask

__all__ = ["fused_attention"]


def fused_attention(q, k, v, rate=0.0):
    """y = softmax(q k^T / sqrt(K)) v, each query over itself and its past.

    Dao 2023 (arXiv:2307.08691), algorithm 1. rate: dropout of the weights,
    drawn by torch's own generator inside the kernel.
    q (B, H, T, K), k and v (B, H, S, K) -> y (B, H, T, K)
    """
    T, S = q.shape[-2], k.shape[-2]
    check_lengths(T, S)
    if T == S:
        return functional.scaled_dot_product_attention(
            q, k, v, is_causal=True, dropout_p=rate)
    mask = causal_mask(T, S).to(q.device)                  # (T, S)
    return functional.scaled_dot_product_attention(
        q, k, v, mask, dropout_p=rate)
