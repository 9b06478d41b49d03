"""A head that multiplies a multiple of so many rows, which GPUs do faster:
their products are made of tiles, and GPT-2's 50257 tokens fill the last one
badly.

Shapes: ... = any leading axes, D = inputs, F = outputs.
"""
from functools import partial
from typing import Any

from torch.nn import functional

from ..layers.linear import Linear

__all__ = ["pad_vocabulary"]


def pad_vocabulary(head, multiple: int) -> None:
    """Let the head multiply as many rows as the GPU likes.

    The rows added are 0 and their outputs are cut off again: weights, loss
    and gradients are those of the vocabulary as it is. A head of LoRA pads
    the Linear inside it, where the large product is.

    Raises
    ------
    ValueError
        If there is not exactly one Linear in the head.
    """
    linears = [part for part in head.modules() if isinstance(part, Linear)]
    if len(linears) != 1:
        raise ValueError(
            f"device.vocabulary_multiple pads the one Linear of a model's "
            f"head, and {type(head).__name__} has {len(linears)}; leave it "
            f"out")
    linear: Any = linears[0]
    linear.forward = partial(padded, linear, multiple)


def padded(linear, multiple: int, x):
    """linear(x), of F outputs, multiplied as if F were a multiple of it."""
    F = linear.weight.shape[0]
    weight = functional.pad(linear.weight, (0, 0, 0, -F % multiple))
    bias = linear.bias
    if bias is not None:
        bias = functional.pad(bias, (0, -F % multiple))
    return functional.linear(x, weight, bias)[..., :F]     # (..., F)
