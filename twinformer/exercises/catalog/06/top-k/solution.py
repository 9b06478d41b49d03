"""Top-k: only the k likeliest tokens may be drawn."""
import numpy as np


def top_k_mask(logits, k):
    """logits (V,), k at least 1 -> booleans (V,)"""
    mask = np.zeros(len(logits), bool)
    # <answer>
    order = np.argsort(-logits, kind="stable")
    mask[order[:k]] = True
    return mask
    # </answer>
