"""How far rounding alone can move every number of a model.

Nobody sets a tolerance: a model is run a few times more while each operation
errs at random (Monte Carlo arithmetic, as in parity_tests/bounds.py), and
how far a number moves is how far two correct programs may part there. So the
bound knows of depth, of saturated softmaxes and of variances near 0. An error
is relative to the precision of its own operation: a model that does one step
in float32, as Llama's norms do, is given float32's room from there on.

In torch every operation errs. A kernel with a difference inside, as 1 - y^2 of
tanh's gradient, errs by as much as the terms of that difference do, however
little is left of them (differences.py). In modules of the NumPy contract, whose inside
is not seen, every module's output and gradient does, by as much as a sum over
their width can.
"""
from contextlib import nullcontext

import numpy as np

from .subject import Subject, is_torch
from .trace import Trace
from .watching import watch

__all__ = ["SAMPLES", "SURE", "ULPS", "Moves", "disturbing", "moved"]

SAMPLES = 3
SURE = 24       # before an alarm: of a million numbers some hardly move three times
ULPS = 8        # as in parity_tests/bounds.py, which says why
PARTS = ("x", "y", "dy")


class Moves:
    """A pass, and how far rounding may move each of its arrays, by element.

    calls[i] has the room of x, y and dy of the exact pass's call i; gradients
    that of every parameter's. Disturbed passes are added one at a time, as all
    of them would fill the memory.
    """

    def __init__(self, subject: Subject, exact: Trace, ids: np.ndarray, backward: bool,
                 samples: int = SAMPLES):
        share = (SAMPLES / samples) ** 0.5      # as in moved
        self.exact = exact
        self.calls = [{part: still(getattr(call, part)) for part in PARTS}
                      for call in exact.calls]
        self.gradients = {name: still(array) for name, array in exact.gradients.items()}
        for seed in range(samples):
            context, errors = disturbing(subject, seed)
            with context:
                run = watch(subject, ids, backward, errors)
            for room, call, other in zip(self.calls, exact.calls, run.calls):
                for part in PARTS:
                    move(room[part], getattr(call, part), getattr(other, part), share)
            for name, room in self.gradients.items():
                move(room, exact.gradients[name], run.gradients[name], share)


def still(exact):
    """The room of an array that nothing has moved yet: its own last rounding."""
    if exact is None:
        return None
    info = np.finfo(exact.dtype)
    return np.asarray(ULPS * (info.eps * np.abs(exact) + info.tiny))


def move(room, exact, other, share: float = 1.0) -> None:
    """Add a share of a move to the room (...): the length of the moves, in place."""
    if room is not None and other is not None and room.shape == other.shape:
        with np.errstate(all="ignore"):
            np.hypot(room, share * (other - exact), out=room)


def moved(exact, others):
    """exact (...), some more like it -> how far rounding may move it (...),
    as wide, on average, as with SAMPLES of them"""
    room, share = still(exact), (SAMPLES / len(others)) ** 0.5
    for other in others:
        move(room, exact, other, share)
    return room


def disturbing(subject: Subject, seed: int):
    """(context for torch's operations, array -> array for NumPy modules)"""
    if is_torch(subject.model):
        return torch_errors(seed), None
    generator = np.random.default_rng(seed)

    def errors(array):
        size = ULPS * np.finfo(array.dtype).eps * np.sqrt(array.shape[-1] if array.ndim else 1)
        xi = generator.standard_normal(array.shape).astype(array.dtype)
        return array * (1 + array.dtype.type(size) * xi)
    return nullcontext(), errors


def torch_errors(seed: int):
    """A context in which each torch operation errs in its own precision."""
    import torch

    from parity_tests import RoundingErrors

    from .differences import DIFFERENCES, kernel

    class InTheirPrecision(RoundingErrors):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            y = super().__torch_dispatch__(function, types, args, kwargs)
            if terms := DIFFERENCES.get(kernel(function)):
                xi = torch.randn(y.shape, generator=self.generator, dtype=y.dtype)
                y = y + ULPS * torch.finfo(y.dtype).eps * xi * terms(*args, **(kwargs or {}))
            return y

        def disturbed(self, a, size):
            if isinstance(a, torch.Tensor) and a.is_floating_point():
                size = size * torch.finfo(a.dtype).eps
            return super().disturbed(a, size)
    return InTheirPrecision(ULPS, seed)
