"""Batches, positions, heads and widths of all sizes."""
from numpy_impl import merge_heads, split_heads


def case(source):
    B, T, H, K = (source.size(3) for _ in range(4))
    return {"x": source.numbers((B, T, H * K)), "n_heads": H}


def truth(x, n_heads):
    heads = split_heads(x, n_heads)
    return heads, merge_heads(heads)
