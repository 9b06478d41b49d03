"""Probabilities and points in eighths, which are exact, so that boundaries are met."""
import numpy as np

from numpy_impl import draw


def case(source):
    n = source.whole(1, 1 + source.cap)
    p = np.bincount(source.ids((8,), n), minlength=n) / 8
    return {"p": p, "uniform": source.whole(0, 7) / 8}


def truth(p, uniform):
    return int(draw(p, uniform))
