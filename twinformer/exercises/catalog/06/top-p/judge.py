"""Distributions of a few tokens, of which some are equally likely; now and then of many."""
import numpy as np

from numpy_impl import top_p_mask


def case(source):
    n = source.choice([*(source.size(6) for _ in range(11)), 40])
    counts = source.ids((n,), 8) + 1
    return {"p": counts / counts.sum(), "top_p": source.choice([0.13, 0.31, 0.57, 0.83, 0.97])}


def truth(p, top_p):
    return top_p_mask(np.log(p), top_p)
