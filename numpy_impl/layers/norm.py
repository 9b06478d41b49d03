"""Layer normalisation: give each feature vector mean 0 and variance 1, then
let the model choose a new scale and offset for every feature.

Shapes: ... = any leading axes (batch, position), D = features.
"""
import numpy as np

from .module import Module, Parameter

__all__ = ["LayerNorm"]


class LayerNorm(Module):
    """y = weight * x_hat + bias,  x_hat = (x - mean(x)) / sqrt(var(x) + eps)

    Ba et al. 2016 (arXiv:1607.06450), eq. 4. The variance is the biased one,
    and eps sits inside the root, as in GPT-2.
    """

    def __init__(self, dim: int, eps: float = 1e-5):
        super().__init__()
        self.eps = eps
        self.weight = Parameter(np.ones(dim))
        self.bias = Parameter(np.zeros(dim))

    def extra_repr(self):
        return f"{len(self.weight)}, eps={self.eps}"

    def forward(self, x):
        """x (..., D) -> y (..., D), cache"""
        centred = x - x.mean(-1, keepdims=True)            # (..., D)
        var = (centred * centred).mean(-1, keepdims=True)  # (..., 1)
        rstd = 1 / np.sqrt(var + self.eps)                 # (..., 1)
        x_hat = centred * rstd                             # (..., D)
        return x_hat * self.weight + self.bias, (x_hat, rstd)

    def backward(self, dy, cache):
        """dy (..., D) -> dx (..., D); adds to the gradients of weight and bias

        x reaches y along three paths: directly, through the mean, and through
        the variance. With g = dL/dx_hat = weight * dy the three add up to

            dx = rstd * (g - mean(g) - x_hat * mean(g * x_hat))

        The two means remove from g what normalising removed from x, a shift
        and a rescaling: adding a constant to x leaves y as it is, so
        sum(dx) = 0.
        """
        x_hat, rstd = cache
        leading = tuple(range(dy.ndim - 1))
        if self.learns("weight"):
            self.grads["weight"] += (dy * x_hat).sum(leading)
        if self.learns("bias"):
            self.grads["bias"] += dy.sum(leading)

        g = dy * self.weight                               # (..., D)
        via_mean = g.mean(-1, keepdims=True)               # (..., 1)
        via_var = x_hat * (g * x_hat).mean(-1, keepdims=True)
        return rstd * (g - via_mean - via_var)
