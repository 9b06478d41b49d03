"""The gradient of broadcasting."""
import numpy as np  # noqa: F401


def unbroadcast(dy, shape):
    """dy, of a shape that `shape` broadcasts to -> the gradient, of that shape"""
    # <answer>
    dy = dy.sum(tuple(range(dy.ndim - len(shape))))
    for axis, n in enumerate(shape):
        if n == 1:
            dy = dy.sum(axis, keepdims=True)
    return dy
    # </answer>
