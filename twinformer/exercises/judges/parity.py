"""A component of the learner's as a port beside the reference: the proof's own tools.

parity_tests/ports runs it on numbers that are made to hurt, measures how far rounding can go,
finds the smallest case that fails and says why. Planted mistakes are recognised by their numbers.
"""
from itertools import chain, islice
from types import ModuleType
from typing import Any

import numpy as np

from parity_tests import component, ports, seeded_case

from ..exercise import Exercise
from ..verdict import Verdict
from ..words import said
from .laws import cause_in, law_in
from .recognising import Known, cause_of, known
from .sameness import same
from .structure import returned_otherwise

__all__ = ["judge"]

SEED, SHRINKING = 0, 2.0
MOODS = 8                       # of parity_tests/cases.py, in turn
ORDINARY = (0, 1, 2, 3, 5)      # moods in which two wrong programs can be told apart
NUMBERS, LOOKED_AT = 200, 24    # of the cases so many that the learner's file takes
CLOSE = 1e-6                    # far above rounding, far below another formula


def judge(exercise: Exercise, module: ModuleType, language: str, seconds: float = 1.0,
          shrinking: float = SHRINKING) -> Verdict:
    """Run the component on case after case, and explain the smallest that is off."""
    import torch
    torch.set_num_threads(1)    # the cases are small

    part, package = component(exercise.component), module.__name__
    row = ports.tried(part, ports.sides_of(package), seconds, SEED)
    if row.absent:
        there = hasattr(module, part.public)
        return Verdict("unwritten" if there else "error", [said(
            "unwritten" if there else "no name", language, what=part.public)])
    if off := returned_otherwise(exercise, part, module, language):
        return Verdict("wrong", [off], cases=row.cases)
    if row.finding is None:
        if row.missing and exercise.kind == "backward":
            return Verdict("unwritten", [said("no gradient", language,
                                              names=", ".join(sorted(row.missing)))])
        return Verdict("passed", cases=row.cases)
    found = recognised(exercise, part, package, row.finding)
    causes, place = cause_of(exercise, found, language), found.place if found else None
    if not shrinking:
        return Verdict("wrong", [], causes, "", row.cases, place)
    told = ports.explained(part.name, row.finding, SEED, shrinking)
    lines = [law_in(language, one) for one in (told.error, told.law) if one]
    lines += [sentence(failure, language) for failure in told.failures]
    causes = causes or [cause_in(language, cause) for cause in told.causes]
    return Verdict("error" if told.error else "wrong", lines, causes, told.code, row.cases, place)


def sentence(failure, language: str) -> str:
    """One array that is off."""
    if failure.problem != "numbers":
        return said(failure.problem, language, name=failure.name, got=failure.shape,
                    expected=failure.expected_shape)
    place = f"[{', '.join(map(str, failure.index))}]" if failure.index else ""
    return said("number", language, name=failure.name, place=place, count=failure.count,
                size=failure.size, expected=f"{failure.expected:.8g}", got=f"{failure.got:.8g}")


# -- which mistake it is ------------------------------------------------------

def recognised(exercise: Exercise, part, package: str, finding) -> Known | None:
    """The known mistake with the same numbers, on all cases, and the same broken law."""
    cases = chain([finding.case], (seeded_case(part, SEED, number) for number in range(NUMBERS)
                                   if number % MOODS in ORDINARY))
    taken = list(islice(((case, result) for case in cases
                         if (result := result_of(case, package)) is not None), LOOKED_AT + 1))
    errors = [result.args for _, result in taken if isinstance(result, ports.PortError)]
    if len(errors) == len(taken) and len(set(errors)) == 1:
        return None     # it never ran, always in the same words: they tell nothing apart
    broken = said_of(part, package, finding)
    for one in known(exercise):
        words = one.place is None or len(errors) == len(taken)
        if all(alike(result, result_of(case, one.module), words)
               for case, result in taken) and broken == said_of(part, one.module, finding):
            return one
    return None


def result_of(case, package: str) -> Any:
    """{name: array} of a port, its error, or None where it takes no such case."""
    run = ports.sides_of(package)[0].runs[0]
    try:
        with np.errstate(all="ignore"):
            return run(case)
    except LookupError:
        return None
    except ports.PortError as problem:
        return problem


def alike(a: Any, b: Any, words: bool) -> bool:
    """Whether two results are one; words: where both are errors, in the same words."""
    if isinstance(a, ports.PortError) and isinstance(b, ports.PortError):
        return a.kind == b.kind and not (words and a.args != b.args)
    if not (isinstance(a, dict) and isinstance(b, dict)):
        return False
    return a.keys() == b.keys() and all(same(a[name], b[name], CLOSE) for name in a)


def said_of(part, package: str, finding) -> tuple[str, str]:
    """The law that a port breaks on the case, and the kind of its error."""
    row = ports.tried(part, ports.sides_of(package), 0, SEED, [finding.number])
    if row.finding is None:
        return "", ""
    return row.finding.law, row.finding.error.kind if row.finding.error else ""
