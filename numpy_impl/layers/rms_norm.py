"""RMS normalisation: give each feature vector length sqrt(D), then let the
model choose a new scale for every feature. LayerNorm without its mean and its
offset: models train as well without them.

Shapes: ... = any leading axes (batch, position, head), D = features.
"""
import numpy as np

from twinformer.checks import check_sizes

from .module import Module, Parameter
from .parallel import over_rows

__all__ = ["RMSNorm", "UnitOffsetRMSNorm"]


class RMSNorm(Module):
    """y = weight * x_hat,  x_hat = x / sqrt(mean(x^2) + eps)

    Zhang and Sennrich 2019 (arXiv:1910.07467), eq. 4. eps sits inside the
    root, as in Llama; the paper has none.
    """

    def __init__(self, dim: int, eps: float = 1e-6):
        super().__init__()
        check_sizes(dim=dim)
        self.dim, self.eps = dim, eps
        self.weight = Parameter(np.ones(dim))

    def extra_repr(self):
        return f"{self.dim}, eps={self.eps}"

    def forward(self, x):
        """x (..., D) -> y (..., D), cache"""
        y, rstd = normalised(x, self.weight, self.eps)
        return y, (x, rstd)

    def backward(self, dy, cache):
        """dy (..., D) -> dx (..., D); adds to the gradient of weight

        x reaches y directly and through the length. With g = dL/dx_hat =
        weight * dy the two add up to

            dx = rstd * (g - x_hat * mean(g * x_hat))

        The mean removes from g what normalising removed from x, its length:
        where eps is nothing beside x, sum(dx * x) = 0.
        """
        x, rstd = cache
        dx, dweight = normalised_backward(dy, x, rstd, self.weight)
        if self.learns("weight"):
            self.grads["weight"] += dweight
        return dx


class UnitOffsetRMSNorm(RMSNorm):
    """y = (1 + offset) * x_hat, as in Gemma: the offset begins at 0. There
    half precision is finest, so that small changes of the scale survive.
    """

    def __init__(self, dim: int, eps: float = 1e-6):
        Module.__init__(self)
        check_sizes(dim=dim)
        self.dim, self.eps = dim, eps
        self.offset = Parameter(np.zeros(dim))

    def forward(self, x):
        """x (..., D) -> y (..., D), cache"""
        y, rstd = normalised(x, 1 + self.offset, self.eps)
        return y, (x, rstd)

    def backward(self, dy, cache):
        """dy (..., D) -> dx (..., D): RMSNorm's, the 1 being a constant"""
        x, rstd = cache
        dx, dscale = normalised_backward(dy, x, rstd, 1 + self.offset)
        if self.learns("offset"):
            self.grads["offset"] += dscale
        return dx


# -- a slice of rows at a time, on all cores ---------------------------------

@over_rows(1)
def normalised(x, scale, eps):
    """x (N, D), scale (D,) -> y (N, D), rstd (N, 1)"""
    mean_square = (x * x).mean(-1, keepdims=True)          # (N, 1)
    rstd = 1 / np.sqrt(mean_square + eps)                  # (N, 1)
    return x * rstd * scale, rstd


@over_rows(3)
def normalised_backward(dy, x, rstd, scale):
    """dy, x (N, D), rstd (N, 1), scale (D,) -> dx (N, D), dscale (D,)"""
    x_hat = x * rstd                                       # (N, D)
    dscale = (dy * x_hat).sum(0)                           # (D,)
    g = dy * scale                                         # (N, D)
    via_length = x_hat * (g * x_hat).mean(-1, keepdims=True)
    return rstd * (g - via_length), dscale
