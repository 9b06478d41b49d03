"""Activations: the bend between two linear layers, without which both together
would be no more than one linear layer.

Shapes: x any shape (..., D); every element is treated alone.
"""
import math

import numpy as np

from .parallel import over_rows

__all__ = ["relu", "relu_backward", "gelu", "gelu_backward", "gelu_exact",
           "gelu_exact_backward", "silu", "silu_backward"]

SQRT_2_OVER_PI = math.sqrt(2 / math.pi)
CUBIC = 0.044715


def relu(x):
    """max(x, 0). Nair and Hinton 2010."""
    return np.where(x <= 0, 0, x)  # a NaN is not below 0: it stays a NaN


def relu_backward(dy, x):
    """dx = 0 where x <= 0, else dy; the corner at 0 counts as flat."""
    return np.where(x <= 0, 0, dy)


@over_rows(1)
def gelu(x):
    """x/2 (1 + tanh(u)),  u = sqrt(2/pi) (x + 0.044715 x^3)

    The tanh approximation that GPT-2 was trained with. Hendrycks and Gimpel
    2016 (arXiv:1606.08415), section 2.
    """
    u = SQRT_2_OVER_PI * x * (1 + CUBIC * x * x)
    return 0.5 * x * (1 + np.tanh(u))


@over_rows(2)
def gelu_backward(dy, x):
    """x enters as a factor and inside tanh, whose slope is 1 - tanh^2:

        dx = dy * ( (1 + t)/2 + x/2 (1 - t^2) du/dx ),  t = tanh(u)
    """
    x2 = x * x
    t = np.tanh(SQRT_2_OVER_PI * x * (1 + CUBIC * x2))
    du_dx = SQRT_2_OVER_PI * (1 + 3 * CUBIC * x2)
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * du_dx)


# NumPy has no erf; Python's is exact, and fast enough for the form of GELU
# that none of the large models here was trained with.
erf = np.vectorize(math.erf, otypes=[np.float64])


def normal_cdf(x):
    """Phi(x): how likely a standard normal number is to lie below x."""
    return (0.5 * (1 + erf(x / math.sqrt(2)))).astype(x.dtype)


def gelu_exact(x):
    """x Phi(x): x, kept as often as a standard normal number is below it.

    Hendrycks and Gimpel 2016 (arXiv:1606.08415), eq. 1.
    """
    return x * normal_cdf(x)


def gelu_exact_backward(dy, x):
    """dx = dy * (Phi(x) + x phi(x)), phi = the normal density, Phi's slope."""
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return dy * (normal_cdf(x) + x * density)


def sigmoid(x):
    with np.errstate(over="ignore"):  # exp(-x) = inf is right: its share is 0
        return 1 / (1 + np.exp(-x))


@over_rows(1)
def silu(x):
    """x sigmoid(x), or swish. Elfwing et al. 2017 (arXiv:1702.03118)."""
    return x * sigmoid(x)


@over_rows(2)
def silu_backward(dy, x):
    """dx = dy s (1 + x (1 - s)), s = sigmoid(x), whose slope is s (1 - s)."""
    s = sigmoid(x)
    return dy * (s * (1 + x * (1 - s)))
