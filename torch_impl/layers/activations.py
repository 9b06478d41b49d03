"""Activations: the bend between two linear layers, without which both together
would be no more than one linear layer.

Shapes: x any shape (..., D); every element is treated alone.
"""
import math

import torch
from torch.nn import functional

from .fused import fused

__all__ = ["relu", "gelu", "gelu_exact", "silu"]

SQRT_2_OVER_PI = math.sqrt(2 / math.pi)
CUBIC = 0.044715


def relu(x):
    """max(x, 0). Nair and Hinton 2010."""
    if fused():
        return functional.relu(x)
    return torch.where(x <= 0, 0, x)


def gelu(x):
    """x/2 (1 + tanh(u)),  u = sqrt(2/pi) (x + 0.044715 x^3)

    The tanh approximation that GPT-2 was trained with. Hendrycks and Gimpel
    2016 (arXiv:1606.08415), section 2.
    """
    if fused():
        return functional.gelu(x, approximate="tanh")
    u = SQRT_2_OVER_PI * x * (1 + CUBIC * x * x)
    return 0.5 * x * (1 + torch.tanh(u))


def gelu_exact(x):
    """x Phi(x): x, kept as often as a standard normal number is below it.

    Hendrycks and Gimpel 2016 (arXiv:1606.08415), eq. 1.
    """
    if fused():
        return functional.gelu(x)
    return x * (0.5 * (1 + torch.erf(x / math.sqrt(2))))


def silu(x):
    """x sigmoid(x), or swish. Elfwing et al. 2017 (arXiv:1702.03118)."""
    if fused():
        return functional.silu(x)
    return x * torch.sigmoid(x)
