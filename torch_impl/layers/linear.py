"""Linear: every output is a weighted sum of all inputs, plus an offset. Most
parameters of a GPT, and most of its arithmetic, are in layers like this.

Shapes: ... = any leading axes, D = inputs, F = outputs.
"""
import torch
from torch.nn import functional

from twinformer.models.context import EMPTY

from twinformer.checks import check_sizes
from .fused import fused
from .module import Module, Parameter
from .onednn import onednn_linear, suits_onednn

__all__ = ["Linear"]


class Linear(Module):
    """y = x W^T + b, the weight W laid out (outputs, inputs) as in torch.nn.

    The first weights are drawn from the seed; None leaves them at 0, for
    weights that come from elsewhere.
    """

    def __init__(self, d_in: int, d_out: int, bias: bool = True,
                 seed: int | None = 0):
        super().__init__()
        check_sizes(d_in=d_in, d_out=d_out)
        self.weight = Parameter(torch.zeros((d_out, d_in)))
        self.bias = Parameter(torch.zeros(d_out)) if bias else None
        self.reset_parameters(seed)

    def extra_repr(self):
        d_out, d_in = self.weight.shape
        return (f"in_features={d_in}, out_features={d_out}, "
                f"bias={self.bias is not None}")

    def forward(self, x, context=EMPTY):
        """x (..., D) -> y (..., F)"""
        if fused():
            linear = (onednn_linear if suits_onednn(x, self.weight)
                      else functional.linear)
            return linear(x, self.weight, self.bias)
        y = x @ self.weight.T                              # (..., F)
        if self.bias is not None:
            y = y + self.bias
        return y
