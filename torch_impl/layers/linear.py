"""Linear: every output is a weighted sum of all inputs, plus an offset. Most
parameters of a GPT, and most of its arithmetic, are in layers like this.

Shapes: ... = any leading axes, D = inputs, F = outputs.
"""
import torch
from torch.nn import functional

from twinformer.checks import check_sizes
from .fused import fused
from .module import Module, Parameter

__all__ = ["Linear"]


class Linear(Module):
    """y = x W^T + b, the weight W laid out (outputs, inputs).

    A new layer has weights of 0: a model's initialisation draws them all from
    one seed (models/initialisation.py), so that both packages begin alike.
    """

    def __init__(self, d_in: int, d_out: int, bias: bool = True):
        super().__init__()
        check_sizes(d_in=d_in, d_out=d_out)
        self.weight = Parameter(torch.zeros(d_out, d_in))
        self.bias = Parameter(torch.zeros(d_out)) if bias else None

    def forward(self, x, keep=None):
        """x (..., D) -> y (..., F)

        keep is for what may stand in a Linear's place and drops features.
        """
        if fused():
            return functional.linear(x, self.weight, self.bias)
        y = x @ self.weight.T                              # (..., F)
        if self.bias is not None:
            y = y + self.bias
        return y
