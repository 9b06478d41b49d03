"""Top-p: the likeliest tokens that together are likely enough."""
import numpy as np


def nucleus(p, top_p):
    """p (V,) sums to 1, top_p in (0, 1) -> booleans (V,)"""
    mask = np.zeros(len(p), bool)
    # <answer>
    order = np.argsort(-p, kind="stable")
    sums = np.cumsum(p[order])
    size = 1 + (sums < top_p).sum()
    mask[order[:size]] = True
    return mask
    # </answer>
