"""GELU in its tanh form, and its gradient."""
import math

import numpy as np

SQRT_2_OVER_PI = math.sqrt(2 / math.pi)
CUBIC = 0.044715


def clipped(x):
    """x between -40 and 40, beyond which nothing changes any more."""
    return np.clip(x, -40, 40)


def gelu(x):
    """x/2 (1 + tanh(u)),  u = sqrt(2/pi) (x + 0.044715 x^3)"""
    near = clipped(x)
    u = SQRT_2_OVER_PI * near * (1 + CUBIC * near * near)
    return 0.5 * x * (1 + np.tanh(u))


def gelu_backward(dy, x):
    """dy, x (..., D) -> dx (..., D)"""
    # <answer>
    x = clipped(x)
    t = np.tanh(SQRT_2_OVER_PI * x * (1 + CUBIC * x * x))
    du_dx = SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x)
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * du_dx)
    # </answer>
