"""Linear: y = x W^T + b."""
import numpy as np


class Linear:
    """The weight is laid out (outputs, inputs), as in torch.nn."""

    def __init__(self, d_in, d_out, bias=True):
        self.weight = np.zeros((d_out, d_in))
        self.bias = np.zeros(d_out) if bias else None
        self.dweight = np.zeros((d_out, d_in))
        self.dbias = np.zeros(d_out)

    def forward(self, x):
        """x (..., D) -> y (..., F), cache"""
        y = x @ self.weight.T
        if self.bias is not None:
            y = y + self.bias
        return y, x

    def backward(self, dy, x):
        """dy (..., F) -> dx (..., D); adds to dweight (F, D) and dbias (F,)"""
        # <answer>
        dy_rows = dy.reshape(-1, dy.shape[-1])             # (N, F)
        x_rows = x.reshape(-1, x.shape[-1])                # (N, D)
        self.dweight = self.dweight + dy_rows.T @ x_rows   # (F, D)
        if self.bias is not None:
            self.dbias = self.dbias + dy_rows.sum(0)       # (F,)
        return dy @ self.weight
        # </answer>
