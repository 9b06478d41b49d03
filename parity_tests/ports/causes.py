"""Why a port is off: the changes of the reference that give its very numbers.

The port's numbers on its failing case are compared with those of the reference
after each known fault (known_faults.py), then after every change of one term of
the component's file (parity_tests/mutants); and with the right ones by a
factor, a sign, a transposition. What fits is said; nothing is guessed.
"""
import math

import numpy as np

from ..agreement import RECOGNISED, as_array, shares
from ..bounds import ULPS
from ..case import Case
from ..running import run_numpy
from .altered import altered
from .known_faults import FAULTS
from .verdict import Failure

__all__ = ["causes_of"]

CLOSE, FAR = 10, 100  # times the bound: from a change's numbers, from the right ones


def causes_of(case: Case, result, truth, bounds, failures: list[Failure]) -> list[str]:
    """Sentences, the likeliest cause first; empty if nothing fits."""
    wrong = [f.name for f in failures if f.problem == "numbers"
             and (f.times is None or f.times > FAR)]
    shapes = [said for f in failures if (said := about_shape(f))]
    if not wrong:
        return shapes
    names = ["y"] if "y" in wrong else wrong
    follows = "; the gradients follow from it" if names == ["y"] and len(wrong) > 1 else ""

    def fits(changes, only_finite=False) -> bool:
        try:
            with altered(changes) as package:
                mutant = run_numpy(case, package)
        except Exception:  # a change that cannot be run is not it
            return False
        if only_finite:
            mutant = {name: np.where(np.isfinite(result[name]), mutant[name], result[name])
                      for name in names}
        return (all(same(result[name], mutant[name], bounds[name]) for name in names)
                and not all(same(truth[name], mutant[name], bounds[name]) for name in names))
    def named(*how):
        return [f"{', '.join(names)}: {fault.name}. Right is: {fault.advice}{follows}."
                for fault in FAULTS if fits(fault.changes, *how)]
    empty = [said for name in names
             if (said := about_empty_rows(name, result[name], truth[name], case))]
    found = named() or (named(True) if finite_and_wrong(names, result, truth, bounds) else [])
    found += empty
    found += [said for name in (names if truth[names[0]].size > 1 else wrong)
              if (said := about_factor(name, result[name], truth[name], bounds[name], case))]
    if not found:
        found += [f"{', '.join(names)}: as if in {mutant.function} of {mutant.module} stood "
                  f"`{after}` in place of `{before}`{follows}."
                  for mutant in one_term_changes(case.component.room)
                  for before, _, after in [mutant.what.partition(' -> ')]
                  if fits({mutant.module: mutant.source})][:2]
    return [*dict.fromkeys(found), *shapes][:3]


def same(a, b, bound) -> bool:
    """Whether two arrays agree closely, NaN and infinities included."""
    a, b = as_array(a), as_array(b)
    if a.shape != b.shape:
        return False
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    share = shares(a[finite], b[finite], np.broadcast_to(bound, b.shape)[finite])
    # further off, the bound of the right numbers is none for the wrong ones
    near = np.abs(a[finite] - b[finite]) <= RECOGNISED * np.abs(b[finite])
    return bool(np.all((share <= CLOSE) | near))


def about_shape(failure: Failure) -> str:
    if failure.problem == "missing":
        return f"{failure.name}: the backward never made it."
    if failure.problem != "shape" or failure.shape is None:
        return ""
    shape, right = failure.shape, failure.expected_shape
    if shape == right[::-1] and len(shape) > 1:
        return (f"{failure.name}: transposed. Weights are laid out (outputs, inputs), "
                f"and so are their gradients.")
    if right == shape[len(shape) - len(right):]:
        return f"{failure.name}: not summed over the leading axes."
    return ""


def finite_and_wrong(names, result, truth, bounds) -> bool:
    """Whether there is more than NaN and infinities that is wrong."""
    return any(np.any(np.isfinite(as_array(result[name]))
                      & (shares(as_array(result[name]), truth[name], bounds[name]) > FAR))
               for name in names)


def about_empty_rows(name, got, expected, case) -> str:
    """Whether NaN stands only where a query may attend to nothing."""
    mask, got = case.inputs.get("mask"), as_array(got)
    wrong = np.isnan(got) & np.isfinite(expected)
    if mask is None or got.ndim < 1 or not wrong.any():
        return ""
    empty = ~mask.any(-1, keepdims=True)
    if np.any(wrong & ~np.broadcast_to(empty, got.shape)):
        return ""
    return f"{name}: NaN where a row of the mask has no True: zeros are right, not 0/0."


def about_factor(name, got, expected, bound, case) -> str:
    """Whether all numbers are the right ones times a factor, or transposed."""
    got, expected = as_array(got), as_array(expected)
    if got.shape != expected.shape or not np.isfinite(expected).all() or expected.size < 2:
        return ""
    if not np.any(got):
        return f"{name}: all zeros. Nothing was added to it."
    apart = np.abs(got - expected).max() / np.abs(expected).max()
    if RECOGNISED < apart < ULPS * np.finfo(np.float32).eps:
        return f"{name}: right to single precision: a float32 constant or cast takes part."
    if got.ndim > 1 and got.shape[-1] == got.shape[-2] and same(got, expected.mT, bound):
        return f"{name}: transposed."
    if same(got, -expected, bound):
        return f"{name}: the sign is dropped."
    with np.errstate(all="ignore"):
        ratios = (got / expected)[np.abs(expected) > np.abs(expected).max() / 100]
    factor = float(np.median(ratios))
    if not np.isfinite(factor) or not same(got, factor * expected, bound):
        return ""
    for n in sizes_of(case):
        for meaning, value in ((f"a mean over {n} where a sum is meant", 1 / n),
                               (f"a sum over {n} where a mean is meant", n),
                               (f"1/sqrt({n}) once too often", n ** -0.5),
                               (f"the factor 1/sqrt({n}) is missing", n ** 0.5)):
            if abs(factor - value) <= RECOGNISED * value:
                return f"{name}: {meaning} (everything is {factor:.6g} times the right number)."
    plain = expected.size >= 4 and abs(factor - round(factor, 3)) <= RECOGNISED
    return f"{name}: everything is {factor:.3g} times the right number." if plain else ""


def sizes_of(case: Case) -> list[int]:
    """The sizes of axes, and their products, that a factor may come from."""
    arrays = [case.dy, *case.inputs.values(), *case.parameters.values()]
    axes = {n for a in arrays if isinstance(a, np.ndarray) for n in a.shape}
    whole = {math.prod(a.shape) for a in arrays if isinstance(a, np.ndarray)}
    leading = {math.prod(a.shape[:-1]) for a in arrays if isinstance(a, np.ndarray)}
    return sorted(n for n in axes | whole | leading if n > 1)


def one_term_changes(room: str):
    from ..mutants import mutants_of
    return mutants_of(room)
