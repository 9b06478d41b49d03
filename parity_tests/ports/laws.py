"""What a port owes beside the right numbers: leave its inputs alone, keep their
dtype, and add to the gradients of its parameters.
"""
import copy

import numpy as np

from ..agreement import fraction
from ..case import Case
from .running import by_autograd, run_port

__all__ = ["broken_law"]


def broken_law(case: Case, package: str, truth, bounds) -> str:
    """A sentence about the first law that the port breaks; "" if none."""
    case = case.cast(np.float64)  # a copy
    before = copy.deepcopy((case.inputs, case.dy))
    twice = run_port(case, package, backwards=2)
    for name, a in case.inputs.items():
        if isinstance(a, np.ndarray) and not np.array_equal(
                a, before[0][name], equal_nan=True):
            return (f"it changes its input {name} in place: somebody else may "
                    f"still need that array")
    if not np.array_equal(case.dy, before[1], equal_nan=True):
        return "its backward changes dy in place"
    once64 = run_port(case.cast(np.float64), package)
    once = run_port(case.cast(np.float32), package)
    for name, a in once.items():
        asked = name == "y" or name[1:] in case.inputs
        if (asked and case.has_gradients() and a.dtype.kind == "f"
                and a.dtype != np.float32):
            return (f"for float32 it returns {name} in {a.dtype}: a NumPy float64 "
                    f"scalar or array takes part somewhere")
    for name in case.floats() if not by_autograd(case.component, package) else ():
        d = f"d{name}"
        if d in twice and np.all(np.isfinite(truth[d])) \
                and fraction(once64[d], truth[d], bounds[d]) <= 1 \
                and fraction(twice[d], truth[d], bounds[d]) > 1:
            return (f"{d} is that of the last forward, not of the one whose cache backward was "
                    f"given: a layer that runs twice needs both. Keep nothing on self")
    for name in () if by_autograd(case.component, package) else truth:
        is_parameter = name != "y" and name[1:] not in case.inputs
        if (is_parameter and name in twice and name in once
                and not np.any(np.isnan(truth[name]))
                and fraction(twice[name], 2 * truth[name], 2 * bounds[name]) > 1
                and fraction(twice[name], truth[name], bounds[name]) <= 1):
            return (f"{name} is set, not added to: after two backward passes it is "
                    f"that of one. Use += in place of =, for a shared weight gets "
                    f"gradients from several places")
    return ""
