"""Activations: the bend between two linear layers, without which both together
would be no more than one linear layer.

Shapes: x any shape (..., D); every element is treated alone.
"""
import math

import torch
from torch.nn import functional

from .fused import fused

__all__ = ["relu", "gelu", "gelu_exact", "silu", "named_activation"]

SQRT_2_OVER_PI = math.sqrt(2 / math.pi)
CUBIC = 0.044715


def relu(x):
    """max(x, 0). Nair and Hinton 2010."""
    if fused():
        return functional.relu(x)
    return torch.where(x <= 0, 0, x)  # a NaN is not below 0: it stays a NaN


def gelu(x):
    """x/2 (1 + tanh(u)),  u = sqrt(2/pi) (x + 0.044715 x^3)

    The tanh approximation that GPT-2 was trained with. Hendrycks and Gimpel
    2016 (arXiv:1606.08415), section 2.
    """
    if fused():
        return functional.gelu(x, approximate="tanh")
    near = clipped(x)
    u = SQRT_2_OVER_PI * near * (1 + CUBIC * near * near)
    return 0.5 * x * (1 + torch.tanh(u))


def gelu_exact(x):
    """x Phi(x): x, kept as often as a standard normal number is below it.

    Hendrycks and Gimpel 2016 (arXiv:1606.08415), eq. 1.
    """
    return x * normal_cdf(x)  # torch's own kernel cancels: it is 0 at -9


def silu(x):
    """x sigmoid(x), or swish. Elfwing et al. 2017 (arXiv:1702.03118)."""
    if fused():
        return functional.silu(x)
    return x * torch.sigmoid(x)


def named_activation(name: str):
    """The function that a config calls so."""
    return {"relu": relu,
            "gelu": gelu,
            "gelu_exact": gelu_exact,
            "silu": silu}[name]


def clipped(x):
    """x between -40 and 40. Further out both GELUs keep all of x or nothing,
    to the last bit; the square of a huge x would overflow."""
    return torch.clip(x, -40, 40)


def normal_cdf(x):
    """Phi(x) = 1/2 (1 + erf(x / sqrt(2))), the share of a standard normal
    distribution below x. With erfc = 1 - erf no small share cancels."""
    return 0.5 * torch.special.erfc(-x / math.sqrt(2))
