"""What a run says while it trains: nothing, lines, or a live bar."""
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["LiveProgress", "Progress"]


class Progress:
    """Says nothing; the base of those that do. Use it in a ``with``."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def note(self, text: str) -> None:
        """One sentence."""

    def begin(self, step: int, max_steps: int) -> None:
        """Training starts, or goes on, after ``step`` steps."""

    def stepped(self, step: int, loss: float, speed: str) -> None:
        """One optimizer step is done, at a speed in words."""

    def evaluated(self, step: int, metrics: str) -> None:
        """The model was measured; what came out, in words."""

    def measured(self, step: int, metrics: Mapping[str, float]) -> None:
        """The same in numbers, when it is written down. What it raises ends
        the training: so a search gives up on a trial."""

    def sampled(self, step: int, text: str) -> None:
        """The model wrote something."""

    def saved(self, path: Path) -> None:
        """A checkpoint is on the disk."""


class LiveProgress(Progress):
    """A bar where there is a terminal, a line an evaluation elsewhere."""

    def __init__(self):
        from rich.console import Console
        from rich.progress import (BarColumn, MofNCompleteColumn,
                                   Progress as Bar, TextColumn,
                                   TimeRemainingColumn)
        # plain lines are not wrapped: they are read by programs as well
        width = None if sys.stdout.isatty() else 1000
        self.console = Console(width=width, highlight=False)
        self.bar = Bar(
            TextColumn("step"), MofNCompleteColumn(), BarColumn(bar_width=24),
            TextColumn("{task.fields[state]}"), TimeRemainingColumn(),
            TextColumn("left"), console=self.console, transient=True,
            disable=not self.console.is_terminal, refresh_per_second=4)
        self.task = self.bar.add_task("", total=None, state="")

    def __exit__(self, *exception):
        self.bar.stop()

    def print(self, text: str) -> None:
        self.console.print(text, markup=False, soft_wrap=True)

    def note(self, text):
        self.print(text)

    def begin(self, step, max_steps):
        self.bar.update(self.task, total=max_steps, completed=step)
        self.bar.start()

    def stepped(self, step, loss, speed):
        self.bar.update(self.task, completed=step,
                        state=f"loss {loss:.3f}  {speed}")

    def evaluated(self, step, metrics):
        self.print(f"step {step:5d}   {metrics}")

    def saved(self, path):
        if not self.console.is_terminal:
            self.print(f"saved {path.as_posix()}")
