"""trackio: a database on this machine, where TRACKIO_DIR says.

    trackio show --project twinformer
"""
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...io.extras import library

__all__ = ["Trackio", "open_tracker"]


class Trackio:
    """A ``Tracker``. Its runs are called by folder and key: many folders may
    have a run-1."""

    def __init__(self, run: Path, settings: Mapping[str, Any], key: str,
                 goes_on: bool):
        self.trackio = library("trackio", "trackio", "for --log trackio")
        self.run = self.trackio.init(
            os.environ.get("TRACKIO_PROJECT", "twinformer"),
            name=f"{run.name}-{key}", config=dict(settings), embed=False,
            resume="allow" if goes_on else "never")

    def numbers(self, step: int, values: Mapping[str, float]) -> None:
        self.run.log(dict(values), step=step)

    def text(self, step: int, name: str, text: str) -> None:
        self.run.log({name: self.trackio.Markdown(f"```\n{text}\n```")},
                     step=step)

    def flush(self) -> None:
        """It writes by itself, every other second."""

    def close(self, failed: bool) -> None:
        self.trackio.finish()


open_tracker = Trackio
