"""Kernels of torch that compute a difference inside: how large its terms are.

What is left of a difference may be next to nothing, its error is that of the
terms. Where a model spells the steps out, each of them errs by itself; of a
kernel only the result is seen, and a GELU far below 0 would be held to the
precision of the 1e-30 that it gives.
"""
__all__ = ["DIFFERENCES", "kernel"]

TANH_IS_ONE = 8.0       # beyond it GELU's tanh is 1 to the last bit, and no error is left


def gelu(x, **options):
    """x/2 (1 + tanh u), or (1 + erf): next to 1 it errs by eps"""
    return x.abs()


def gelu_backward(dy, x, **options):
    """dy ((1 + t)/2 + x/2 (1 - t^2) u'), u' = sqrt(2/pi) (1 + 3 * 0.044715 x^2)"""
    near = x.abs().clamp(max=TANH_IS_ONE)
    return dy.abs() * (0.5 + 0.4 * near * (1 + 0.134145 * near * near))


def bend_backward(dy, y):
    """dy (1 - y^2) of tanh, dy y (1 - y) of the sigmoid"""
    return dy.abs()


def softmax_backward(dy, y, dim, dtype=None):
    """y (dy - sum(dy y))"""
    return y * dy.abs().amax(dim, keepdim=True)


def log_softmax_backward(dy, y, dim, dtype=None):
    """dy - e^y sum(dy)"""
    return dy.abs() + y.exp() * dy.sum(dim, keepdim=True).abs()


# name -> (the kernel's arguments) -> the size of the terms, of the result's shape
DIFFERENCES = {
    "gelu": gelu,
    "gelu_backward": gelu_backward,
    "tanh_backward": bend_backward,
    "sigmoid_backward": bend_backward,
    "_softmax_backward_data": softmax_backward,
    "_log_softmax_backward_data": log_softmax_backward,
}


def kernel(function) -> str:
    """The name of a dispatched operation."""
    return function._schema.name.removeprefix("aten::")
