"""Matrix products by oneDNN, where torch's usual library is slow: on CPUs
torch multiplies float32 by Intel's MKL, which keeps AVX-512 to Intel's
processors. On AMD's, oneDNN, which torch brings along, is twice as fast, on
one row as well as on many; on Intel's it is so for a few rows, as of several
texts that are generated at once. torch itself takes it for other dtypes, and
for compiled models.

Shapes: ... = any leading axes, N their product, D = inputs, F = outputs.
"""
import functools

import torch
from torch.autograd.function import once_differentiable

__all__ = ["onednn_linear", "product", "suits_onednn"]

CPUINFO = "/proc/cpuinfo"
SINGLE = torch.float32
FEW = range(4, 17)  # rows: below, and above, MKL takes no longer


def suits_onednn(x, weight) -> bool:
    """Whether this product is one that oneDNN does faster."""
    return (x.device.type == "cpu" and x.dtype == weight.dtype == SINGLE
            and not torch.compiler.is_compiling()
            and x.numel() > 0
            and not torch.is_autocast_enabled("cpu")
            and has_onednn()
            and (mkl_is_slow() or few_rows(x)))


@functools.cache
def has_onednn() -> bool:
    """Whether torch has oneDNN, and the machine AVX-512 for it."""
    return (hasattr(torch.ops.mkldnn, "_linear_pointwise")
            and torch.backends.cpu.get_cpu_capability() == "AVX512")


def few_rows(x) -> bool:
    """Whether these are the latest tokens of a few texts, in no training."""
    return (x.numel() // x.shape[-1] in FEW) and not torch.is_grad_enabled()


@functools.cache
def mkl_is_slow(cpuinfo: str = CPUINFO) -> bool:
    """Whether this is an AMD processor.

    The rule looks at the machine alone, and measures nothing: on one machine
    every run has to add up in the same order.
    """
    try:
        with open(cpuinfo, encoding="utf-8", errors="replace") as file:
            return "AuthenticAMD" in file.read(4096)
    except OSError:
        return False


def product(x, weight, bias=None):
    """x (..., D), weight (F, D), bias (F,) -> (..., F); it has no gradient"""
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


class OneDNNLinear(torch.autograd.Function):
    """y = x W^T + b, with the gradients derived in numpy_impl.layers.linear"""

    @staticmethod
    def forward(context, x, weight, bias):
        learns = context.needs_input_grad[1]  # a frozen weight keeps no x
        context.save_for_backward(x if learns else None, weight)
        return product(x, weight, bias)                    # (..., F)

    @staticmethod
    @once_differentiable
    def backward(context, dy):
        x, weight = context.saved_tensors
        dx = dweight = dbias = None
        dy_rows = dy.reshape(-1, dy.shape[-1])             # (N, F)
        if context.needs_input_grad[0]:
            dx = product(dy, weight.T)                     # (..., D)
        if context.needs_input_grad[1]:
            rows = x.reshape(-1, x.shape[-1])              # (N, D)
            dweight = product(dy_rows.T, rows.T)           # (F, D)
        if context.needs_input_grad[2]:
            dbias = dy_rows.sum(0)                         # (F,)
        return dx, dweight, dbias


def onednn_linear(x, weight, bias):
    """torch.nn.functional.linear, for products that suit."""
    if not torch.is_grad_enabled():
        return product(x, weight, bias)
    return OneDNNLinear.apply(x, weight, bias)
