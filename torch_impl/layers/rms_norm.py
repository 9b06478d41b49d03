"""RMS normalisation: give each feature vector length sqrt(D), then let the
model choose a new scale for every feature. LayerNorm without its mean and its
offset: models train as well without them.

Shapes: ... = any leading axes (batch, position, head), D = features.
"""
import torch
from torch.nn import functional

from twinformer.checks import check_sizes

from .fused import fused
from .module import Module, Parameter

__all__ = ["RMSNorm", "UnitOffsetRMSNorm"]


class RMSNorm(Module):
    """y = weight * x_hat,  x_hat = x / sqrt(mean(x^2) + eps)

    Zhang and Sennrich 2019 (arXiv:1910.07467), eq. 4. Autograd finds the
    gradient that numpy_impl.layers.rms_norm derives by hand.
    """

    def __init__(self, dim: int, eps: float = 1e-6):
        super().__init__()
        check_sizes(dim=dim)
        self.dim, self.eps = dim, eps
        self.weight = Parameter(torch.ones(dim))

    def extra_repr(self):
        return f"{self.dim}, eps={self.eps}"

    def forward(self, x):
        """x (..., D) -> y (..., D)"""
        return normalised(x, self.weight, self.eps)


class UnitOffsetRMSNorm(RMSNorm):
    """y = (1 + offset) * x_hat, as in Gemma: the offset begins at 0. There
    half precision is finest, so that small changes of the scale survive.
    """

    def __init__(self, dim: int, eps: float = 1e-6):
        Module.__init__(self)
        check_sizes(dim=dim)
        self.dim, self.eps = dim, eps
        self.offset = Parameter(torch.zeros(dim))

    def forward(self, x):
        """x (..., D) -> y (..., D)"""
        return normalised(x, 1 + self.offset, self.eps)


def normalised(x, scale, eps):
    """x (..., D), scale (D,) -> y (..., D)"""
    if fused():
        return functional.rms_norm(x, scale.shape, scale, eps)
    mean_square = (x * x).mean(-1, keepdim=True)           # (..., 1)
    rstd = 1 / torch.sqrt(mean_square + eps)               # (..., 1)
    return x * rstd * scale
