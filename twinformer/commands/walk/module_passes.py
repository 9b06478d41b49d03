"""One forward and one backward pass of any model, as what its layers say.

Where passes.py lays a GPT-2 flat, line by line, this listens to the model itself: what each of
its modules returns, and the gradient of that. So it is true of every kind of model.

Shapes: T positions, D model width, H heads, K head width; the batch is 1.
"""
from typing import Any, NamedTuple

import numpy as np

from ...divergence.subject import Subject
from ...divergence.watching import watch

__all__ = ["Call", "Listened", "listen"]

HEADS = ("attention.q", "attention.k", "attention.v")   # (1, T, H K), to be shown a head at a time


class Call(NamedTuple):
    """A module that ran: its name in the model, and itself."""

    name: str
    module: Any


class Listened(NamedTuple):
    """Of one model: the calls in their order, {name: array}, {name: gradient}."""

    calls: list[Call]
    arrays: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]


def listen(model, ids) -> Listened:
    """ids (1, T + 1) -> all that its modules return as it reads T and predicts each next one"""
    trace = watch(Subject("the model", model), ids)
    calls, arrays, gradients = [], {}, {}
    K = model.config.head_dim
    for seen in trace.calls:
        name = (seen.name or "logits") + (f" ({seen.call + 1})" if seen.call else "")
        calls.append(Call(name, seen.module))
        arrays[name] = in_heads(name, seen.y, K)
        if seen.dy is not None:
            gradients[name] = in_heads(name, seen.dy, K)
    arrays["loss"] = np.array(trace.loss)
    return Listened(calls, arrays, gradients)


def in_heads(name, array, K):
    """What has heads in it, (1, T, H K) or (1, T, H, K) -> (1, H, T, K)"""
    if name.endswith(HEADS):
        array = array.reshape(*array.shape[:-1], -1, K)
    return array.swapaxes(1, 2) if array.ndim == 4 else array
