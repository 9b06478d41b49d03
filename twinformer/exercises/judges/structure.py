"""Whether as much is returned as is asked for, and of the same kind: y and a cache, three
gradients, booleans. The numbers are judged by others."""
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, islice
from types import ModuleType
from typing import Any

import numpy as np

from parity_tests import ports, seeded_case

from ..exercise import Exercise
from ..words import said
from .loading import module_of
from .sameness import is_numeric

__all__ = ["kind_of", "other_kind", "returned_otherwise"]

CASES = 8       # in the first of them the component is seen at work


def kind_of(value: Any, language: str) -> str:
    """What it is, in words."""
    if value is None:
        return said("nothing", language)
    if isinstance(value, tuple):
        return said("values", language, n=len(value))
    if is_numeric(value):
        key = {"b": "booleans", "i": "whole", "u": "whole"}.get(np.asarray(value).dtype.kind,
                                                                "numbers")
        if np.ndim(value):
            return said("array", language, of=said(key, language), shape=np.shape(value))
        return said({"booleans": "a boolean", "whole": "a whole number"}.get(key, "a number"),
                    language)
    return said("kind", language, kind=type(value).__name__)


def other_kind(got: Any, right: Any, place: str = "") -> tuple[str, Any, Any] | None:
    """-> the place where equal numbers are of another kind, and what stands there: booleans
    or whole numbers where the others are not. A whole number may stand for a broken one."""
    if isinstance(right, dict | list | tuple):
        keys = right if isinstance(right, dict) else range(len(right))
        found = (other_kind(got[key], right[key], f"{place}[{key!r}]") for key in keys)
        return next((one for one in found if one), None)
    if not is_numeric(right):
        return None
    came, meant = np.asarray(got).dtype.kind, np.asarray(right).dtype.kind
    other = (came == "b") != (meant == "b") or (meant in "iu" and came not in "iu")
    return (place, got, right) if other else None


# -- of a component -----------------------------------------------------------

def returned_otherwise(exercise: Exercise, part, module: ModuleType, language: str) -> str:
    """A sentence where the component, or its backward, returns another number of things
    than the solution does; "" where it does not."""
    right = module_of(f"solution_of_{exercise.module}", exercise.solution(),
                      exercise.folder / "solution.py")
    for case in islice((seeded_case(part, 0, number) for number in count()), CASES):
        with recorded(right, part) as meant:
            taken = runs(case, right)
        with recorded(module, part) as came:
            taken = runs(case, module) and taken
        if not taken:
            continue
        for name in came:
            if came[name] is not None and name in meant and not alike(
                    came[name], meant[name], name == part.public or name == "forward"):
                return said("returned", language, name=name, got=kind_of(came[name], language),
                            expected=kind_of(meant[name], language))
        return ""
    return ""


def runs(case, module: ModuleType) -> bool:
    """Whether it takes such a case; an error is told by others."""
    try:
        ports.run_port(case, module.__name__)
    except LookupError:
        return False
    except ports.PortError:
        pass
    return True


def alike(came: Any, meant: Any, forward: bool) -> bool:
    """Whether two results have as many parts; what a cache is, is everybody's own affair."""
    if isinstance(meant, tuple):
        return isinstance(came, tuple) and len(came) == len(meant) and all(
            alike(a, b, False) for a, b in zip(came[:1] if forward else came, meant))
    return meant is not None and not isinstance(came, tuple | list | dict)


@contextmanager
def recorded(module: ModuleType, part) -> Iterator[dict[str, Any]]:
    """{name: what it returned first} of a component and its backward, while it lasts."""
    results: dict[str, Any] = {}

    def noting(name, function):
        @functools.wraps(function)
        def called(*given, **named):
            result = function(*given, **named)
            results.setdefault(name, result)
            return result
        return called

    owner: Any = getattr(module, part.public, None) if part.is_class() else module
    names = ("forward", "backward") if part.is_class() else (part.public, part.backward_name())
    plain = {name: vars(owner)[name] for name in names if callable(vars(owner).get(name))} \
        if owner else {}
    for name, function in plain.items():
        setattr(owner, name, noting(name, function))
    try:
        yield results
    finally:
        for name, function in plain.items():
            setattr(owner, name, function)
