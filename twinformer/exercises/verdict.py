"""What is said about a learner's file, in a form that one process hands another."""
from dataclasses import asdict, dataclass, field

from ..io.strict_json import json_text

__all__ = ["STATUSES", "Verdict"]

STATUSES = ("passed", "wrong", "error", "unwritten", "timeout")


@dataclass
class Verdict:
    """The outcome of one check.

    Attributes
    ----------
    status
        One of STATUSES: the same as the reference; other numbers; it could not be run; what is
        to be written is not there yet; it did not come to an end.
    lines
        What is off, a sentence each.
    causes
        What probably is the reason, the likeliest first.
    case
        The smallest case that was found, as code.
    cases
        How many cases were tried.
    mistake
        The planted mistake that was recognised: its place in the list; None of none.
    """

    status: str
    lines: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    case: str = ""
    cases: int = 0
    mistake: int | None = None

    @property
    def passed(self) -> bool:
        return self.status == "passed"

    def to_json(self) -> str:
        return json_text(asdict(self), ensure_ascii=False)
