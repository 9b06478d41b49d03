"""Layer normalisation: give each feature vector mean 0 and variance 1, then
let the model choose a new scale and offset for every feature.

Shapes: ... = any leading axes (batch, position), D = features.
"""
import torch
from torch.nn import functional

from .fused import fused
from .module import Module, Parameter

__all__ = ["LayerNorm"]


class LayerNorm(Module):
    """y = weight * x_hat + bias,  x_hat = (x - mean(x)) / sqrt(var(x) + eps)

    Ba et al. 2016 (arXiv:1607.06450), eq. 4. Autograd finds the gradient that
    numpy_impl.layers.norm derives by hand.
    """

    def __init__(self, dim: int, eps: float = 1e-5):
        super().__init__()
        self.eps = eps
        self.weight = Parameter(torch.ones(dim))
        self.bias = Parameter(torch.zeros(dim))

    def extra_repr(self):
        return f"{len(self.weight)}, eps={self.eps}"

    def forward(self, x):
        """x (..., D) -> y (..., D)"""
        if fused():
            return functional.layer_norm(
                x, self.weight.shape, self.weight, self.bias, self.eps)
        centred = x - x.mean(-1, keepdim=True)             # (..., D)
        var = (centred * centred).mean(-1, keepdim=True)   # (..., 1)
        rstd = 1 / torch.sqrt(var + self.eps)              # (..., 1)
        x_hat = centred * rstd                             # (..., D)
        return x_hat * self.weight + self.bias
