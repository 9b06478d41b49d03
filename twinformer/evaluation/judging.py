"""Many questions to a judge, one after the other; none is lost silently."""
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .judge import Verdict
from ..endpoints.refusals import Unanswered

__all__ = ["Outcome", "judge_all"]

GIVE_UP = 3     # questions in a row without an answer


@dataclass
class Outcome:
    """What became of a list of questions.

    Attributes
    ----------
    values : list
        One for each question; None = no value.
    unscored : list of int
        Questions whose answers could not be understood.
    unasked : list of int
        Questions that were not answered at all.
    cached : int
        How many values were there from an earlier run.
    stopped : bool
        Whether it was given up: the endpoint does not answer any more.
    problem : str
        The last one.
    """

    values: list[Any] = field(default_factory=list)
    unscored: list[int] = field(default_factory=list)
    unasked: list[int] = field(default_factory=list)
    cached: int = 0
    stopped: bool = False
    problem: str = ""

    def report(self, what: str, path: Any) -> str:
        """What is missing, in words; "" where nothing is."""
        notes = []
        if self.stopped:
            known = sum(value is not None for value in self.values)
            notes.append(f"given up: {self.problem}. {known} of "
                         f"{len(self.values)} {what} are done and kept in "
                         f"{path}; the same command goes on from there")
        elif self.unasked:
            notes.append(f"no reply for {len(self.unasked)} {what} "
                         f"({numbered(self.unasked)}): {self.problem}; the "
                         "same command asks for them again")
        if self.unscored:
            notes.append(f"no verdict in the reply for {len(self.unscored)} "
                         f"{what} ({numbered(self.unscored)}); --again asks "
                         f"anew, {path} has what was said")
        return "\n".join(notes)


def judge_all(count: int, ask: Callable[[int], Verdict],
              progress: Callable[[int], None] = lambda done: None) -> Outcome:
    """Ask for the verdict on questions 0 .. count - 1, one after the other.

    One that is not answered is left for the next run. Where the endpoint
    refuses for good, or GIVE_UP questions in a row are not answered, the rest
    is not asked.
    """
    outcome = Outcome()
    in_a_row = 0
    for number in range(count):
        verdict = None
        if not outcome.stopped:
            try:
                verdict = ask(number)
                in_a_row = 0
            except Unanswered as problem:
                in_a_row += 1
                outcome.problem = str(problem)
                outcome.stopped = problem.final or in_a_row == GIVE_UP
        outcome.values.append(verdict.value if verdict else None)
        if verdict is None:
            outcome.unasked.append(number)
        elif verdict.value is None:
            outcome.unscored.append(number)
        else:
            outcome.cached += verdict.cached
        progress(number + 1)
    return outcome


def numbered(numbers: list[int]) -> str:
    """The first few of them, counted from 0 as in the file"""
    more = f" and {len(numbers) - 8} more" if len(numbers) > 8 else ""
    return "entries " + ", ".join(map(str, numbers[:8])) + more
