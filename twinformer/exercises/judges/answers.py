"""Numbers that a learner has worked out, beside those that the code computes.

An exercise's judge.py has truth() -> {name: number}, and may have TOLERANCE, the
share by which an answer may be off; whole numbers are to be exact.
"""
import math
from types import ModuleType
from typing import Any

import numpy as np

from ..exercise import Exercise
from ..verdict import Verdict
from ..words import said
from .loading import module_of
from .reference import rules_of

__all__ = ["judge"]

NEAR = 0.01
SAME = 1e-3     # of a planted mistake, whose answer may be rounded


def judge(exercise: Exercise, module: ModuleType, language: str) -> Verdict:
    """Hold each answer against the number that the code gives."""
    rules = rules_of(exercise)
    truth, near = rules.truth(), getattr(rules, "TOLERANCE", NEAR)
    given: dict[str, Any] = {name: getattr(module, name, None) for name in truth}
    if empty := [name for name, value in given.items() if value is None]:
        return Verdict("unwritten", [said("no answer", language, name=name) for name in empty])
    if odd := [name for name, value in given.items() if not is_number(value)]:
        return Verdict("error", [said("no number", language, name=name, got=repr(given[name]))
                                 for name in odd])
    wrong = [name for name in truth if not is_it(given[name], truth[name], near)]
    if not wrong:
        return Verdict("passed", cases=len(truth))
    found = recognised(exercise, given, wrong)
    return Verdict("wrong", [said("answer", language, name=name, got=given[name])
                             for name in wrong],
                   [exercise.mistakes[found].cause[language]] if found is not None else [],
                   cases=len(truth), mistake=found)


def is_number(value) -> bool:
    return (isinstance(value, (int, float, np.integer, np.floating))
            and not isinstance(value, bool) and math.isfinite(value))


def is_it(given: float, right: float, near: float) -> bool:
    if isinstance(right, int):
        return given == right
    return abs(given - right) <= near * abs(right)


def recognised(exercise: Exercise, given: dict[str, float], wrong: list[str]) -> int | None:
    """The planted mistake that gives one of the wrong numbers."""
    for place, mistake in enumerate(exercise.mistakes):
        other = module_of(f"mistake_{place}_of_{exercise.module}", exercise.with_mistake(mistake),
                          exercise.folder / "solution.py")
        right = module_of(f"solution_of_{exercise.module}", exercise.solution(),
                          exercise.folder / "solution.py")
        if any(getattr(other, name) != getattr(right, name)
               and is_it(given[name], getattr(other, name), SAME) for name in wrong):
            return place
    return None
