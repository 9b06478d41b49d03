"""Softcap: scores, or logits, that cannot grow without limit, which kept the
training of Gemma 2 stable. Small ones stay as they are.

Shapes: ... = any axes.
"""
import numpy as np

__all__ = ["soft_cap", "soft_cap_backward"]


def soft_cap(x, cap):
    """y = cap tanh(x / cap), between -cap and cap. None: no cap, y = x.

    Bello et al. 2016 (arXiv:1611.09940); Gemma 2 (arXiv:2408.00118), section
    2. x (...) -> y (...)
    """
    return x if cap is None else cap * np.tanh(x / cap)


def cap_slope(y, cap):
    """dy / dx = 1 - tanh^2(x / cap) = 1 - (y / cap)^2; None without a cap"""
    return None if cap is None else 1 - (y / cap) ** 2


def uncap(dy, slope):
    """dy (...) -> dx (...)"""
    return dy if slope is None else dy * slope


def soft_cap_backward(dy, y, cap):
    """dy (...) -> dx = dy (1 - (y / cap)^2), tanh's slope, from y alone"""
    return uncap(dy, cap_slope(y, cap))
