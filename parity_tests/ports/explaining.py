"""What is said about a component that is off: its smallest failing case, every
array that is wrong in it, the likely causes, and how to run it again.
"""
import warnings
from typing import Any, NamedTuple

import numpy as np

from twinformer.io.shell_words import command_line

from ..case import Case
from ..running import bounds_of, run_numpy
from .causes import causes_of
from .laws import broken_law
from .pasting import as_code
from .running import PortError
from .shrinking import smallest
from .trying import SURE, Finding
from .verdict import Failure, judged

__all__ = ["Explanation", "explained"]


class Explanation(NamedTuple):
    component: str
    side: str
    error: str              # what a port raised, and where
    law: str                # the law it breaks
    failures: list[Failure]
    causes: list[str]
    code: str               # the smallest case, to be pasted
    again: str              # the command that runs the case as it was drawn

    def as_dict(self) -> dict[str, Any]:
        return self._asdict() | {"failures": [f.as_dict() for f in self.failures]}


def explained(name: str, finding: Finding, seed: int, seconds: float,
              given: str = "") -> Explanation:
    """Shrink the case for so many seconds, then say what is wrong in it.

    given : str
        How the port was named at the command line.
    """
    side, package = finding.side, finding.side.package
    again = command_line("parity", *(["--package", given] if given else []),
                         "--component", name, "--seed", seed, "--case", finding.number)

    def looked_at(case: Case, samples: int = SURE) -> Any:
        """(what is wrong, which run gave it, truth, bounds)"""
        with np.errstate(all="ignore"):
            truth = run_numpy(case)
            spelled, bounds = bounds_of(case, precision=side.precision, samples=samples)
            other = None if package else spelled
            for run in side.runs:
                try:
                    result = run(case)
                except PortError as error:
                    return error, None, truth, bounds
                names = {"y"} if package and set(result) == {"y"} else None
                if failures := judged(result, truth, bounds, other, names):
                    return failures, result, truth, bounds
            law = ""
            if finding.law and not finding.failures:
                law = broken_law(case, package, truth, bounds)
            return law, None, truth, bounds

    def fails(case: Case) -> bool:
        case = case.cast(np.float32).cast(np.float64)
        if not side.takes(case):
            return False
        try:
            wrong = looked_at(case, samples=1)[0]
        except LookupError:  # not there, or does not take this
            return False
        if isinstance(wrong, PortError) or finding.error:
            kind = finding.error.kind if finding.error else ""
            return isinstance(wrong, PortError) and wrong.kind == kind
        if finding.failures:
            return not isinstance(wrong, str) and bool(
                {kind_of(f) for f in wrong} & {kind_of(f) for f in finding.failures})
        return wrong == finding.law

    def kind_of(failure: Failure):
        return failure.name, failure.problem, failure.times is None

    with warnings.catch_warnings():  # a port's, and those of changed references
        warnings.simplefilter("ignore")
        case = smallest(finding.case, fails, seconds)
        wrong, result, truth, bounds = looked_at(case)
        causes: list[str] = []
        if result is not None:
            causes = causes_of(case, result, truth, bounds, wrong)
            full, found, right, limits = looked_at(finding.case)
            if found is not None:  # a small case cannot tell all causes apart
                also = causes_of(finding.case, found, right, limits, full)
                causes = [cause for cause in also if cause in causes] or also
    return Explanation(
        name, side.label, str(wrong) if isinstance(wrong, PortError) else "",
        finding.law,
        wrong if isinstance(wrong, list) else [], causes,
        as_code(case, package or "torch_impl", again), again)

