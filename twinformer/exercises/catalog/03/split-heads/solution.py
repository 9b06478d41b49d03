"""Heads: slices of the features, side by side."""
import numpy as np


def split_heads(x, n_heads):
    """x (B, T, D) -> (B, H, T, K), with D = H K"""
    B, T, D = x.shape
    # <answer>
    return x.reshape(B, T, n_heads, D // n_heads).swapaxes(1, 2)
    # </answer>


def merge_heads(x):
    """x (B, H, T, K) -> (B, T, H K)"""
    B, H, T, K = x.shape
    # <answer>
    return x.swapaxes(1, 2).reshape(B, T, H * K)
    # </answer>


def split_and_merge(x, n_heads):
    """What is checked: the heads of x, and all of x again; given."""
    heads = split_heads(np.asarray(x), n_heads)
    return heads, merge_heads(heads)
