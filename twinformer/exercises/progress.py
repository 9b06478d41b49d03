"""How far a learner is: a small file beside the exercises, written whole or not at all."""
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ..io.strict_json import json_text
from ..io.files import write_atomically

__all__ = ["FILE", "Progress", "Standing"]

FILE = "progress.json"
ABOUT = "twinformer exercises"      # that it is ours


@dataclass
class Standing:
    """Of one exercise.

    Attributes
    ----------
    passed
        Whether a check has passed; it stays so when the file is changed later on.
    checks, hints
        How many checks were made, and hints shown.
    solution
        Whether the solution was looked at before.
    """

    passed: bool = False
    checks: int = 0
    hints: int = 0
    solution: bool = False


class Progress:
    """The standing of every exercise that was begun in a folder."""

    def __init__(self, folder: Path):
        self.path = folder / FILE
        self.latest = ""
        self.standings: dict[str, Standing] = {}
        self.changed: set[str] = set()
        self.read()

    def read(self) -> None:
        """Take over what the file says, but for what was changed here.

        Raises
        ------
        ValueError
            Where it is not ours, or was cut off: it is left as it is.
        """
        if not self.path.exists():
            return
        own = {name: self.standings[name] for name in self.changed}
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))
            if told["about"] != ABOUT:
                raise KeyError("about")
            self.latest = str(told["latest"])
            found = {name: Standing(**one) for name, one in told["exercises"].items()}
            self.standings = found | own
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError(
                f"{self.path} is not what the exercises wrote: expected their progress in JSON; "
                "move it away, and it begins anew (what you wrote is not in it)") from None

    def of(self, name: str) -> Standing:
        """The standing of an exercise, to be changed."""
        self.changed.add(name)
        return self.standings.setdefault(name, Standing())

    def save(self, latest: str = "") -> None:
        """Write it; what another terminal has written meanwhile stays."""
        self.read()
        self.latest = latest or self.latest
        told = {"about": ABOUT, "latest": self.latest,
                "exercises": {name: asdict(one) for name, one in self.standings.items()}}
        write_atomically(self.path, json_text(told, indent=1, ensure_ascii=False) + "\n")
