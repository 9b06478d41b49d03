"""A function of the learner's beside one of the reference, on cases that grow.

An exercise's judge.py has

    case(source) -> {name: argument}    sizes and numbers come from the source
    truth(**arguments)                  what should come out: the reference's
    run(thing, **arguments)             how the learner's function, or class, is
                                        called; in the order of the case if left out
    TOLERANCE                           of broken numbers; rounding's if left out

The cases begin with the smallest sizes, so that the first that fails is small.
"""
import ast
import copy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..exercise import Exercise
from ..verdict import Verdict
from ..words import said
from .loading import module_of, where_in
from .recognising import Known, cause_of, known
from .sameness import CLOSE, first_difference, is_numeric, same, shown
from .sources import CAPS, Growing
from .structure import kind_of, other_kind

__all__ = ["judge", "rules_of"]

EACH = 40       # cases of every size


class Outcome(NamedTuple):
    """What a call gave: a value, and its arguments afterwards; or an error."""
    value: Any = None
    after: dict[str, Any] | None = None
    error: BaseException | None = None

    def like(self, other: "Outcome", close: float = CLOSE, words: bool = False) -> bool:
        """Whether both came to the same; words: where both are errors, in the same words."""
        if self.error or other.error:
            return type(self.error) is type(other.error) and not (
                words and str(self.error) != str(other.error))
        return same(self.value, other.value, close) and same(self.after, other.after, close)


def rules_of(exercise: Exercise) -> ModuleType:
    """The exercise's judge.py."""
    path = exercise.folder / "judge.py"
    return module_of(f"judge_of_{exercise.module}", path.read_text(encoding="utf-8"), path)


def judge(exercise: Exercise, module: ModuleType, language: str) -> Verdict:
    """Try the learner's function on all cases, and explain the smallest that is off."""
    rules, path = rules_of(exercise), Path(module.__file__ or "")
    thing = getattr(module, exercise.function, None)
    if thing is None:
        return Verdict("error", [said("no name", language, what=exercise.function)])
    close = getattr(rules, "TOLERANCE", CLOSE)
    cases, wrong, size = cases_of(rules), None, 0
    outcomes: list[tuple[dict, Outcome]] = []
    for number, given in enumerate(cases):
        truth, got = outcome(rules.truth, given), called(rules, thing, given)
        if isinstance(got.error, NotImplementedError) and not truth.error:
            return Verdict("unwritten", [said("unwritten", language, what=exercise.function)])
        outcomes.append((given, got))
        right = got.like(truth, close) and (got.error or not other_kind(got.value, truth.value))
        if right or (wrong and size < number // EACH):
            continue    # of the smallest size that fails the shortest case is shown
        if wrong is None or length(given) < length(wrong[0]):
            wrong, size = (given, truth, got), number // EACH
    if wrong is None:
        return Verdict("passed", cases=len(cases))
    found = recognised(exercise, rules, outcomes, close)
    return Verdict("error" if wrong[2].error and found is None else "wrong",
                   [about(*wrong, close, path, language)],
                   cause_of(exercise, found, language),
                   as_code(exercise, *wrong[:2], language), len(cases),
                   found.place if found else None)


def cases_of(rules: ModuleType) -> list[dict[str, Any]]:
    return [rules.case(Growing([cap, number], cap, plain=number % 2 == 0))
            for cap in CAPS for number in range(EACH)]


def called(rules: ModuleType, thing: Callable, given: dict[str, Any]) -> Outcome:
    """The learner's thing, in the way that the rules say."""
    run = getattr(rules, "run", None)
    if run is None:     # in their order: a learner may call them as they like
        return outcome(lambda **own: thing(*own.values()), given)
    return outcome(lambda **own: run(thing, **own), given)


def outcome(call: Callable, given: dict[str, Any]) -> Outcome:
    """A call on a copy of the arguments."""
    own = copy.deepcopy(given)
    try:
        with np.errstate(all="ignore"):
            value = call(**own)
        return Outcome(value, own)
    except Exception as problem:
        return Outcome(error=problem)


def recognised(exercise: Exercise, rules: ModuleType, outcomes, close: float) -> Known | None:
    """The known mistake that gives what the learner's file gives, on every case."""
    errors = [str(got.error) for _, got in outcomes if got.error]
    if len(errors) == len(outcomes) and len(set(errors)) == 1:
        return None     # it never ran, always in the same words: they tell nothing apart
    for one in known(exercise):
        thing = getattr(sys.modules[one.module], exercise.function)
        words = one.place is None or len(errors) == len(outcomes)
        if all(called(rules, thing, given).like(got, max(close, 1e-6), words)
               for given, got in outcomes):
            return one
    return None


def length(given: dict[str, Any]) -> int:
    return len(shown(given, 10_000))


def about(given, truth: Outcome, got: Outcome, close: float, path: Path, language: str) -> str:
    """One sentence on what is off."""
    if got.error:
        where, line = where_in(got.error, path)
        return said("raised", language, where=where, line=line, kind=type(got.error).__name__,
                    message=got.error)
    if truth.error:
        return said("refused", language, got=shown(got.value))
    assert got.after is not None and truth.after is not None
    if same(got.value, truth.value, close) and (other := other_kind(got.value, truth.value)):
        return of_another_kind(*other, language)
    if same(got.value, truth.value, close):
        name = next(name for name in given if not same(got.after[name], truth.after[name], close))
        if same(truth.after[name], given[name]):
            return said("inputs", language, name=name)
        return said("left", language, name=name, expected=shown(truth.after[name]),
                    got=shown(got.after[name]))
    place, came, right = first_difference(got.value, truth.value, close) or ("", 0, 0)
    plain = is_numeric(came) and is_numeric(right) and np.ndim(came) == np.ndim(right) == 0
    if kind_of(came, language) != kind_of(right, language) and not plain:
        return of_another_kind(place, came, right, language)
    return (f"{place}: " if place else "") + said(
        "value", language, expected=shown(right), got=shown(came))


def of_another_kind(place: str, came: Any, right: Any, language: str) -> str:
    """One sentence on a number where an array is asked for, and the like."""
    return (f"{place}: " if place else "") + said(
        "of another kind", language, kind=kind_of(right, language),
        other=kind_of(came, language), expected=shown(right), got=shown(came))


def as_code(exercise: Exercise, given: dict[str, Any], truth: Outcome, language: str) -> str:
    """The case, and how it is called, to be pasted at a prompt."""
    how = calling(exercise)
    call = f"run({exercise.function}, " if how else f"{exercise.function}("
    lines = [f"{name} = {written(value)}" for name, value in given.items()]
    lines += [f"print({call}{', '.join(given)}))"]
    imports = ["import numpy as np"] if any("np." in line for line in [how, *lines]) else []
    imports.append(f"from {exercise.module} import {exercise.function}")
    expected = f"{type(truth.error).__name__}: {truth.error}" if truth.error \
        else shown(truth.value)
    return "\n".join([*imports, *(["", "", how, ""] if how else []), "", *lines,
                      said("expected", language, expected=expected)])


def calling(exercise: Exercise) -> str:
    """The source of the rules' run, "" where the function is called as it is."""
    text = (exercise.folder / "judge.py").read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == "run":
            return ast.get_source_segment(text, node) or ""
    return ""


def written(value: Any) -> str:
    """A value in code, arrays as arrays."""
    if isinstance(value, np.ndarray):
        return f"np.array({shown(value, 10_000)})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {written(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(written, value))}{',' * (len(value) == 1)})"
    return shown(value)
