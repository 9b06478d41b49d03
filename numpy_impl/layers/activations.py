"""Activations: the bend between two linear layers, without which both together
would be no more than one linear layer.

Shapes: x any shape (..., D); every element is treated alone.
"""
import math

import numpy as np

__all__ = ["relu", "gelu", "gelu_exact", "silu", "named_activation",
           "relu_backward", "gelu_backward", "gelu_exact_backward",
           "silu_backward"]

LINEAR = math.sqrt(8 / math.pi)  # v = 2 u = LINEAR x + CUBIC x^3
CUBIC = 0.044715 * LINEAR


def relu(x):
    """max(x, 0). Nair and Hinton 2010."""
    return np.where(x <= 0, 0, x)  # a NaN is not below 0: it stays a NaN


def gelu(x):
    """x/2 (1 + tanh(u)),  u = sqrt(2/pi) (x + 0.044715 x^3)

    The tanh approximation that GPT-2 was trained with. Hendrycks and Gimpel
    2016 (arXiv:1606.08415), section 2. Computed as x sigmoid(v), v = 2 u: the
    same, but for negative x no 1 + tanh(u) cancels.
    """
    with np.errstate(over="ignore"):  # exp(-v) = inf is right: x / inf = 0
        minus_v = x * (-LINEAR - CUBIC * x * x)
        return x / (1 + np.exp(minus_v))


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
    to the last bit; in a slope the square of a huge x would meet a 0."""
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
    """x enters as a factor and inside s = sigmoid(v), of slope s (1 - s):

        dx = dy * s (1 + x (1 - s) dv/dx)
    """
    x = clipped(x)
    x2 = x * x
    s = sigmoid(x * (LINEAR + CUBIC * x2))
    dv_dx = LINEAR + 3 * CUBIC * x2
    return dy * (s * (1 + x * (1 - s) * dv_dx))


def gelu_exact_backward(dy, x):
    """dx = dy * (Phi(x) + x phi(x)), phi = the normal density, Phi's slope."""
    x = clipped(x)
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return dy * (normal_cdf(x) + x * density)


def silu_backward(dy, x):
    """dx = dy s (1 + x (1 - s)), s = sigmoid(x), whose slope is s (1 - s)."""
    s = sigmoid(x)
    return dy * (s * (1 + x * (1 - s)))
