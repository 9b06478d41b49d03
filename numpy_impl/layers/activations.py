"""Activations: the bend between two linear layers, without which both together
would be no more than one linear layer.

Shapes: x any shape (..., D); every element is treated alone.
"""
import math

import numpy as np

__all__ = ["relu", "gelu", "gelu_exact", "silu", "named_activation",
           "relu_backward", "gelu_backward", "gelu_exact_backward",
           "silu_backward"]

SQRT_2_OVER_PI = math.sqrt(2 / math.pi)
CUBIC = 0.044715


def relu(x):
    """max(x, 0). Nair and Hinton 2010."""
    return np.where(x <= 0, 0, x)  # a NaN is not below 0: it stays a NaN


def gelu(x):
    """x/2 (1 + tanh(u)),  u = sqrt(2/pi) (x + 0.044715 x^3)

    The tanh approximation that GPT-2 was trained with. Hendrycks and Gimpel
    2016 (arXiv:1606.08415), section 2.
    """
    near = clipped(x)
    u = SQRT_2_OVER_PI * near * (1 + CUBIC * near * near)
    return 0.5 * x * (1 + np.tanh(u))


def gelu_exact(x):
    """x Phi(x): x, kept as often as a standard normal number is below it.

    Hendrycks and Gimpel 2016 (arXiv:1606.08415), eq. 1.
    """
    return x * normal_cdf(x)


def silu(x):
    """x sigmoid(x), or swish. Elfwing et al. 2017 (arXiv:1702.03118)."""
    return x * sigmoid(x)


def named_activation(name: str):
    """The function that a config calls so, and its backward."""
    return {"relu": (relu, relu_backward),
            "gelu": (gelu, gelu_backward),
            "gelu_exact": (gelu_exact, gelu_exact_backward),
            "silu": (silu, silu_backward)}[name]


def clipped(x):
    """x between -40 and 40. Further out both GELUs keep all of x or nothing,
    to the last bit; the square of a huge x would overflow."""
    return np.clip(x, -40, 40)


def normal_cdf(x):
    """Phi(x) = 1/2 (1 + erf(x / sqrt(2))), the share of a standard normal
    distribution below x. With erfc = 1 - erf no small share cancels."""
    from scipy.special import erfc  # half a second that GPT-2 does without
    return 0.5 * erfc(-x / math.sqrt(2))


def sigmoid(x):
    """1 / (1 + exp(-x))"""
    with np.errstate(over="ignore"):  # exp(-x) = inf is right: its share is 0
        return 1 / (1 + np.exp(-x))


def relu_backward(dy, x):
    """dx = 0 where x <= 0, else dy; the corner at 0 counts as flat."""
    return np.where(x <= 0, 0, dy)


def gelu_backward(dy, x):
    """x enters as a factor and inside tanh, whose slope is 1 - tanh^2:

        dx = dy * ( (1 + t)/2 + x/2 (1 - t^2) du/dx ),  t = tanh(u)
    """
    x = clipped(x)
    x2 = x * x
    t = np.tanh(SQRT_2_OVER_PI * x * (1 + CUBIC * x2))
    du_dx = SQRT_2_OVER_PI * (1 + 3 * CUBIC * x2)
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * du_dx)


def gelu_exact_backward(dy, x):
    """dx = dy * (Phi(x) + x phi(x)), phi = the normal density, Phi's slope."""
    x = clipped(x)
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return dy * (normal_cdf(x) + x * density)


def silu_backward(dy, x):
    """dx = dy s (1 + x (1 - s)), s = sigmoid(x), whose slope is s (1 - s)."""
    s = sigmoid(x)
    return dy * (s * (1 + x * (1 - s)))
