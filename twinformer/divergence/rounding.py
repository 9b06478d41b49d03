"""How far rounding alone can move every number of a model.

Nobody sets a tolerance: a model is run a few times more while each operation
errs at random (Monte Carlo arithmetic, as in parity_tests/agreement.py), and
how far a number moves is how far two correct programs may part there. So the
bound knows of depth, of saturated softmaxes and of variances near 0. An error
is relative to the precision of its own operation: a model that does one step
in float32, as Llama's norms do, is given float32's room from there on.

In torch every operation errs. In modules of the NumPy contract, whose inside
is not seen, every module's output and gradient does, by as much as a sum over
their width can.
"""
import copy
from contextlib import nullcontext

import numpy as np

from .subject import Subject, is_torch
from .watching import Trace, watch

__all__ = ["SAMPLES", "ULPS", "Moves", "disturbed_runs", "disturbing"]

SAMPLES = 3
ULPS = 8        # as in parity_tests/agreement.py, which says why


class Moves:
    """How far each array of a pass moved: the length of its moves, by element."""

    def __init__(self, exact: Trace, runs: list[Trace]):
        self.exact = exact
        self.calls = [{part: moved(getattr(call, part),
                                   [getattr(run.calls[i], part) for run in runs])
                       for part in ("x", "y", "dy")} for i, call in enumerate(exact.calls)]
        self.gradients = {name: moved(array, [run.gradients[name] for run in runs])
                          for name, array in exact.gradients.items()}


def moved(exact, others):
    """exact (...), some more like it -> how far rounding may move it (...)"""
    if exact is None:
        return None
    total = np.zeros_like(exact)
    with np.errstate(all="ignore"):
        for other in others:
            np.hypot(total, other - exact, out=total)
        return total + ULPS * (np.finfo(exact.dtype).eps * np.abs(exact)
                               + np.finfo(exact.dtype).tiny)


def disturbed_runs(subject: Subject, ids: np.ndarray, backward: bool) -> list[Trace]:
    """The same pass, SAMPLES times, each with other rounding errors."""
    runs = []
    for seed in range(SAMPLES):
        context, errors = disturbing(subject, seed)
        with context:
            runs.append(watch(subject, ids, backward, errors))
    return runs


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

    class InTheirPrecision(RoundingErrors):
        def disturbed(self, a, size):
            if isinstance(a, torch.Tensor) and a.is_floating_point():
                size = size * torch.finfo(a.dtype).eps
            return super().disturbed(a, size)
    return InTheirPrecision(ULPS, seed)


def copied(subject: Subject) -> Subject:
    """The same model with arrays of its own."""
    return Subject(subject.name, copy.deepcopy(subject.model), subject.tokenizer,
                   subject.optimizer)
