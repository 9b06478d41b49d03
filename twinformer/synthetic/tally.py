"""How many were asked, kept and dropped, and why."""
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Tally"]


@dataclass
class Tally:
    """Counts of one run.

    Attributes
    ----------
    wanted, done : int
        Records of instructions; else tasks that are to be dealt with.
    kept : int
        Records.
    asked, known : int
        Answers of the model that came now, and that were in the log.
    proposed : int
        Tasks in what the model wrote.
    judged : int
        Verdicts of the judge, those in the log among them.
    dropped : dict of str to Counter
        What ("tasks", "answers", "pairs") -> reason -> how often.
    tokens : list of int
        Of all questions, and of all answers, as the server counts.
    problem : str
        The last one of a question without an answer.
    """

    wanted: int = 0
    done: int = 0
    kept: int = 0
    asked: int = 0
    known: int = 0
    proposed: int = 0
    judged: int = 0
    dropped: dict[str, Counter[str]] = field(default_factory=dict)
    tokens: list[int] = field(default_factory=lambda: [0, 0])
    problem: str = ""

    def drop(self, what: str, reason: str) -> None:
        self.dropped.setdefault(what, Counter())[reason] += 1

    def most_dropped(self) -> str:
        """In a few words, the commonest first: "12 too similar, 3 empty"."""
        all_of_them: Counter[str] = Counter()
        for reasons in self.dropped.values():
            all_of_them += reasons
        return ", ".join(f"{count:,} {reason}" for reason, count
                         in all_of_them.most_common(3))

    def record(self) -> dict[str, Any]:
        """What does not depend on how often a run was interrupted."""
        return {"records": self.kept, "proposed": self.proposed,
                "dropped": {what: dict(sorted(reasons.items())) for
                            what, reasons in sorted(self.dropped.items())},
                "tokens": {"asked": self.tokens[0],
                           "answered": self.tokens[1]}}
