"""RMSNorm and its gradient."""
import numpy as np


class RMSNorm:
    """y = weight * x_hat,  x_hat = x / sqrt(mean(x^2) + eps)"""

    def __init__(self, dim, eps=1e-6):
        self.eps = eps
        self.weight = np.ones(dim)
        self.dweight = np.zeros(dim)

    def forward(self, x):
        """x (..., D) -> y (..., D), cache"""
        rstd = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + self.eps)
        x_hat = x * rstd                                   # (..., D)
        return x_hat * self.weight, (x_hat, rstd)

    def backward(self, dy, cache):
        """dy (..., D) -> dx (..., D); adds to dweight"""
        x_hat, rstd = cache
        # <answer>
        leading = tuple(range(dy.ndim - 1))
        self.dweight = self.dweight + (dy * x_hat).sum(leading)
        g = dy * self.weight                               # (..., D)
        via_length = x_hat * (g * x_hat).mean(-1, keepdims=True)
        return rstd * (g - via_length)
        # </answer>
