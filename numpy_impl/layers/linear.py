"""Linear: every output is a weighted sum of all inputs, plus an offset. Most
parameters of a GPT, and most of its arithmetic, are in layers like this.

Shapes: ... = any leading axes, N = their product, D = inputs, F = outputs.
"""
import numpy as np

from twinformer.models.context import EMPTY

from twinformer.checks import check_sizes
from .few_rows import times_few_rows
from .module import Module, Parameter

__all__ = ["Linear"]

FEW = 16  # rows: for more, it pays off that BLAS copies the weight


class Linear(Module):
    """y = x W^T + b, the weight W laid out (outputs, inputs) as in torch.nn.

    The first weights are drawn from the seed; None leaves them at 0, for
    weights that come from elsewhere.
    """

    def __init__(self, d_in: int, d_out: int, bias: bool = True,
                 seed: int | None = 0):
        super().__init__()
        check_sizes(d_in=d_in, d_out=d_out)
        self.weight = Parameter(np.zeros((d_out, d_in), np.float32))
        self.bias = Parameter(np.zeros(d_out)) if bias else None
        self.reset_parameters(seed)

    def extra_repr(self):
        d_out, d_in = self.weight.shape
        return (f"in_features={d_in}, out_features={d_out}, "
                f"bias={self.bias is not None}")

    def forward(self, x, context=EMPTY):
        """x (..., D) -> y (..., F), cache"""
        rows = x.reshape(-1, x.shape[-1])                  # (N, D)
        if len(rows) > FEW:
            y = rows @ self.weight.T                       # (N, F)
        else:
            y = times_few_rows(rows, self.weight)          # (N, F)
        if self.bias is not None:
            y += self.bias
        y = y.reshape(*x.shape[:-1], len(self.weight))     # (..., F)
        cache = rows if self.learns("weight") else None
        return y, cache

    def backward(self, dy, rows):
        """dy (..., F) -> dx (..., D); adds to the gradients of W and b

        y_nf = sum_d x_nd W_fd + b_f, so each of the two factors receives the
        other one times dy, summed over the index they do not share:

            dx = dy W        dW = dy^T x        db = sum_n dy

        dW is a sum over positions of outer products, output error by input: a
        weight moves where its input was active while its output was wrong.
        """
        dy_rows = dy.reshape(-1, dy.shape[-1])             # (N, F)
        if self.learns("weight"):
            self.grads["weight"] += dy_rows.T @ rows       # (F, D)
        if self.bias is not None and self.learns("bias"):
            self.grads["bias"] += dy_rows.sum(0)           # (F,)
        dx = dy_rows @ self.weight                         # (N, D)
        return dx.reshape(*dy.shape[:-1], dx.shape[-1])
