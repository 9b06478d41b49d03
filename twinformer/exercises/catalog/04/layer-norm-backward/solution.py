"""LayerNorm and its gradient."""
import numpy as np


class LayerNorm:
    """y = weight * x_hat + bias,  x_hat = (x - mean(x)) / sqrt(var(x) + eps)"""

    def __init__(self, dim, eps=1e-5):
        self.eps = eps
        self.weight, self.bias = np.ones(dim), np.zeros(dim)
        self.dweight, self.dbias = np.zeros(dim), np.zeros(dim)

    def forward(self, x):
        """x (..., D) -> y (..., D), cache"""
        centred = x - x.mean(-1, keepdims=True)            # (..., D)
        var = (centred * centred).mean(-1, keepdims=True)  # (..., 1)
        rstd = 1 / np.sqrt(var + self.eps)                 # (..., 1)
        x_hat = centred * rstd                             # (..., D)
        return x_hat * self.weight + self.bias, (x_hat, rstd)

    def backward(self, dy, cache):
        """dy (..., D) -> dx (..., D); adds to dweight and dbias"""
        x_hat, rstd = cache
        # <answer>
        leading = tuple(range(dy.ndim - 1))
        self.dweight = self.dweight + (dy * x_hat).sum(leading)
        self.dbias = self.dbias + dy.sum(leading)
        g = dy * self.weight                               # (..., D)
        via_mean = g.mean(-1, keepdims=True)               # (..., 1)
        via_var = x_hat * (g * x_hat).mean(-1, keepdims=True)
        return rstd * (g - via_mean - via_var)
        # </answer>
