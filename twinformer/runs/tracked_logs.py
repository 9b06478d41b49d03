"""The logs of a run of which trackers are told, too (--log).

metrics.jsonl stays the truth. A tracker hears of every line that is written;
one that fails is noted once, and the run goes on without it. Where a run goes
on from an earlier place than it had reached, or a tracker is new to it, that
tracker begins anew and hears first all that the logs hold: so no step is there
twice, and none is missing.

trackers.json, in the run's folder, has the key by which each knows the run.
"""
import json
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..io.files import write_atomically
from ..io.strict_json import json_text
from .logs import Logs, read_lines
from .run_names import settings_in
from .trackers.tracker import Tracker, open_tracker

__all__ = ["TrackedLogs"]

SAMPLE = re.compile(r"^=== step (\d+) ===\n", re.MULTILINE)


class TrackedLogs:
    """``Logs`` and trackers, with the methods of ``Logs``.

    Parameters
    ----------
    logs : Logs
        Of the run, open, and cut back to where it goes on.
    names : tuple of str
        Of the trackers.
    run : Path
        The run's folder; its config.yaml is written.
    resumed : bool
        Whether the run goes on.
    note : callable
        Is told in a sentence of a tracker that fails.
    """

    def __init__(self, logs: Logs, names: tuple[str, ...], run: Path,
                 resumed: bool, note: Callable[[str], None]):
        self.logs, self.run, self.note = logs, run, note
        self.trackers: dict[str, Tracker] = {}
        known = keys_in(run) if resumed and not logs.cut else {}
        settings = settings_in(run)
        self.keys = {name: known.get(name) or secrets.token_hex(4)
                     for name in names}
        self.write_keys()
        for name in names:
            with self.forgiven(name):
                self.trackers[name] = open_tracker(
                    name, run, settings, self.keys[name], name in known)
                if resumed and name not in known:
                    replay(run, self.trackers[name])

    def write_keys(self) -> None:
        write_atomically(self.run / "trackers.json",
                         json_text(self.keys) + "\n")

    def __enter__(self):
        return self

    def __exit__(self, kind, *exception):
        self.logs.__exit__(kind, *exception)
        self.tell("close", kind is not None)

    def metrics(self, **record: Any) -> None:
        self.logs.metrics(**record)
        self.tell("numbers", record["step"], named(**record))

    def timing(self, **record: Any) -> None:
        self.logs.timing(**record)
        self.tell("numbers", record["step"], named("timing", **record))

    def sample(self, step: int, text: str) -> None:
        self.logs.sample(step, text)
        self.tell("text", step, "sample", text)

    def sizes(self) -> dict[str, int]:
        self.tell("flush")
        return self.logs.sizes()

    def tell(self, what: str, *about: Any) -> None:
        """All trackers that have not failed yet."""
        for name, tracker in list(self.trackers.items()):
            with self.forgiven(name):
                getattr(tracker, what)(*about)

    def forgiven(self, name: str) -> "Forgiven":
        return Forgiven(self, name)


class Forgiven:
    """A tracker's failure is noted, and it is asked no more."""

    def __init__(self, logs: TrackedLogs, name: str):
        self.logs, self.name = logs, name

    def __enter__(self):
        pass

    def __exit__(self, kind, problem, traceback) -> bool:
        if not isinstance(problem, Exception):  # none, or Ctrl-C
            return False
        self.logs.trackers.pop(self.name, None)
        # what it misses, it hears when the run goes on
        self.logs.keys.pop(self.name, None)
        with suppress(OSError):     # the disk may be what is full
            self.logs.write_keys()
        said = str(problem).strip().partition("\n")[0] or kind.__name__
        self.logs.note(f"warning: {self.name} failed ({said:.200}) and is told "
                       "no more of this run; metrics.jsonl has everything")
        return True


def named(kind: str, step: int, **values: Any) -> dict[str, float]:
    """loss=1.0 -> {"step/loss": 1.0}; what is not known is left out"""
    return {f"{kind}/{name}": value for name, value in values.items()
            if value is not None}


def keys_in(run: Path) -> dict[str, str]:
    """What trackers.json says; nothing where it is damaged or not there."""
    with suppress(OSError, ValueError, AttributeError):
        content = json.loads((run / "trackers.json").read_text("utf-8"))
        return {name: key for name, key in content.items()
                if isinstance(key, str)}
    return {}


def replay(run: Path, tracker: Tracker) -> None:
    """Tell a tracker all that the logs hold."""
    for file, about in (("metrics.jsonl", {}),
                        ("timing.jsonl", {"kind": "timing"})):
        for record in read_lines(run / file):
            tracker.numbers(record["step"], named(**about | record))
    text = (run / "samples.txt").read_text("utf-8")
    parts = SAMPLE.split(text)[1:]
    for step, sample in zip(parts[::2], parts[1::2], strict=True):
        tracker.text(int(step), "sample", sample.removesuffix("\n\n"))
