"""What the doctor finds: one line of the report each."""
from typing import NamedTuple

__all__ = ["Finding"]


class Finding(NamedTuple):
    """One line of the report."""
    topic: str
    what: str
    state: str = "ok"  # "ok", "missing" (works without), "problem" (does not)
    advice: str = ""
