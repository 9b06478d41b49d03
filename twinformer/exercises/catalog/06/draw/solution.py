"""A token, drawn by one uniform number."""
import numpy as np


def draw(p, uniform):
    """p (V,) sums to 1, uniform in [0, 1) -> the id"""
    # <answer>
    ends = np.cumsum(p)
    return int((ends <= uniform).sum())
    # </answer>
