"""One forward and backward pass, with what goes into and comes out of every module.

Shapes: B batch, T positions.
"""
import numpy as np

from .subject import Subject, is_torch
from .trace import Trace
from .watching_numpy import watch_numpy
from .watching_torch import watch_torch

__all__ = ["watch"]


def watch(subject: Subject, ids: np.ndarray, backward: bool = True, errors=None) -> Trace:
    """Run the model on ids (B, T + 1): T to read, and each one's next as its target.

    errors : callable, optional
        array -> array with rounding errors, for the modules of the NumPy
        contract; torch's are disturbed from outside, by a dispatch mode.
    """
    inputs, targets = ids[:, :-1], ids[:, 1:]
    trace = Trace()
    if is_torch(subject.model):
        watch_torch(subject, inputs, targets, backward, trace)
    else:
        watch_numpy(subject, inputs, targets, backward, trace, errors)
    if backward:
        trace.gradients = subject.gradients()
    return trace
