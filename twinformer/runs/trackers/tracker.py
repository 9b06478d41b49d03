"""What a tracker has to do, and how one is opened."""
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from ...io.extras import library

__all__ = ["Tracker", "check_trackers", "flat", "open_tracker"]


class Tracker(Protocol):
    """One that is told of a run. What it raises is noted, and ends nothing.

    Parameters
    ----------
    run : Path
        The run's folder.
    settings : dict
        Those of its config.yaml.
    key : str
        By which the tracker knows the run; letters and digits.
    goes_on : bool
        Whether it knows all that the run has done so far.
    """

    def __init__(self, run: Path, settings: Mapping[str, Any], key: str,
                 goes_on: bool): ...

    def numbers(self, step: int, values: Mapping[str, float]) -> None:
        """What was measured at a step, by names such as step/loss."""

    def text(self, step: int, name: str, text: str) -> None:
        """What the model wrote."""

    def flush(self) -> None:
        """Lose nothing of it: a checkpoint is written."""

    def close(self, failed: bool) -> None:
        """The run has ended, or failed."""


def check_trackers(names: tuple[str, ...]) -> None:
    """ValueError where a library is missing, before anything is done."""
    for name in names:
        library(name, name, f"for --log {name}")


def open_tracker(name: str, *about) -> Tracker:
    """The tracker of this name; ``about`` is as for ``Tracker``."""
    module = import_module(f".to_{name}", __package__)
    return module.open_tracker(*about)


def flat(settings: Mapping[str, Any], before: str = "",
         ) -> dict[str, bool | int | float | str]:
    """{"training": {"seed": 1}} -> {"training.seed": 1}; no lists, no None"""
    found: dict[str, bool | int | float | str] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{before}{name}.")
        elif isinstance(value, (bool, int, float, str)):
            found[before + name] = value
        else:
            found[before + name] = str(value)
    return found
