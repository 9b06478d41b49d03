"""Angles of a few positions, for all features of a head or for the first of them."""
import numpy as np

from numpy_impl import rotate, rotate_backward


def case(source):
    T, pairs, rest = source.size(3), source.size(3), 2 * source.choice([0, 0, 1])
    shape = (source.size(2), T, 2 * pairs + rest)
    angle = source.numbers((T, pairs))
    return {"x": source.numbers(shape), "dy": source.numbers(shape), "cos": np.cos(angle),
            "sin": np.sin(angle), "interleaved": source.choice([True, False])}


def truth(x, dy, cos, sin, interleaved):
    return rotate(x, cos, sin, interleaved), rotate_backward(dy, cos, sin, interleaved)
