"""Two passes side by side: where outputs part, and where gradients do.

An error is |a - b| in units of what rounding explains, the sum of both models'
measured moves (rounding.py), element by element; above 1 the two compute
something else.
"""
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .aligning import aligned
from .rounding import Moves
from .trace import Seen

__all__ = ["Row", "gradient_rows", "output_rows"]


@dataclass
class Row:
    """One comparison.

    Attributes
    ----------
    name, other : str
        What it is called in A and in B.
    shape : tuple of int
    error : float
        In units of what rounding explains; inf for NaN on one side alone.
    difference : float
        The largest |a - b|.
    of_input : float
        The error of what went in; nan where that cannot be compared.
    calls : list of Seen
        The call of A and that of B; empty for a gradient of no call that is paired.
    """

    name: str
    other: str
    shape: tuple[int, ...]
    error: float
    difference: float
    of_input: float = float("nan")
    calls: Sequence[Seen] = ()

    @property
    def parts(self) -> bool:
        return not self.error <= 1


def output_rows(one: Moves, other: Moves) -> list[Row]:
    """The outputs of every pair of modules, in A's order of computing."""
    rows = []
    for i, j in aligned(one.exact.calls, other.exact.calls):
        a, b = one.exact.calls[i], other.exact.calls[j]
        bounds, their_bounds = one.calls[i], other.calls[j]
        error, difference = compared(a.y, b.y, bounds["y"], their_bounds["y"])
        of_input = float("nan")
        if a.x is not None and b.x is not None and a.x.size == b.x.size:
            of_input, _ = compared(a.x, b.x, bounds["x"], their_bounds["x"])
        rows.append(Row(title(a), title(b), a.y.shape, error, difference, of_input, (a, b)))
    return rows


def gradient_rows(one: Moves, other: Moves) -> list[Row]:
    """In the order of the backward pass: of each output, then of its module's parameters."""
    rows, done = [], set()
    for i, j in reversed(aligned(one.exact.calls, other.exact.calls)):
        a, b = one.exact.calls[i], other.exact.calls[j]
        if a.dy is not None or b.dy is not None:
            error, difference = compared(a.dy, b.dy, one.calls[i]["dy"], other.calls[j]["dy"])
            rows.append(Row(f"output of {title(a)}", f"output of {title(b)}", a.y.shape, error,
                            difference, calls=(a, b)))
        for name in own_parameters(a, one.exact.gradients):
            theirs = f"{b.name}.{name.rpartition('.')[2]}".removeprefix(".")
            if name not in done and hasattr(b.module, name.rpartition(".")[2]):
                done.add(name)
                rows.append(parameter_row(name, theirs, one, other, (a, b)))
    for name in one.exact.gradients:
        if name not in done and name in other.exact.gradients:
            rows.append(parameter_row(name, name, one, other, ()))
    return rows


def parameter_row(name, theirs, one, other, calls) -> Row:
    a, b = one.exact.gradients[name], other.exact.gradients.get(theirs)
    error, difference = compared(a, b, one.gradients[name], other.gradients.get(theirs))
    return Row(name, theirs, a.shape, error, difference, calls=calls)


def own_parameters(call: Seen, gradients) -> list[str]:
    """Names of the parameters of this module alone, not of those inside it."""
    prefix = f"{call.name}." if call.name else ""
    return [name for name in gradients
            if name.startswith(prefix) and "." not in name[len(prefix):]]


def compared(a, b, bound, their_bound) -> tuple[float, float]:
    """(error in units of what rounding explains, largest difference); infinite where one side
    has nothing, as where a gradient is cut"""
    if a is None or b is None or a.size != b.size:
        return float("inf"), float("inf")
    if a.size == 0:
        return 0.0, 0.0
    b, their_bound = b.reshape(a.shape), their_bound.reshape(a.shape)
    finite = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return float("inf"), float("inf")
    apart = np.abs(a[finite] - b[finite])
    if not apart.size or not apart.any():
        return 0.0, 0.0
    with np.errstate(all="ignore"):
        units = apart / (bound[finite] + their_bound[finite])
    return float(np.nan_to_num(units, nan=0.0).max()), float(apart.max())


def title(call: Seen) -> str:
    """A module's name as its model has it; the root is the model."""
    again = f" (call {call.call + 1})" if call.call else ""
    return (call.path or "the model") + again
