"""What a run says while it trains: nothing, lines, or a live bar."""
import sys
from collections.abc import Mapping
from pathlib import Path

from .evaluation import Evaluation

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

    def stepped(self, step: int, loss: float, tokens_per_second: float,
                utilisation: float | None) -> None:
        """One optimizer step is done; loss in nats per token."""

    def evaluated(self, step: int, train: Evaluation,
                  validation: Evaluation) -> None:
        """Both splits were measured."""

    def advanced(self, step: int, loss: float,
                 examples_per_second: float) -> None:
        """One step of finetuning is done; the loss is the task's."""

    def measured(self, step: int, metrics: Mapping[str, float]) -> None:
        """A finetuned model was measured."""

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

    def stepped(self, step, loss, tokens_per_second, utilisation):
        state = f"loss {loss:.3f}  {tokens_per_second:,.0f} tokens/s"
        if utilisation is not None:
            state += f"  {utilisation:.0%} MFU"
        self.bar.update(self.task, completed=step, state=state)

    def evaluated(self, step, train, validation):
        self.print(
            f"step {step:5d}   "
            f"train {train.nats_per_token:.3f} nats/token "
            f"{train.bits_per_byte:.3f} bits/byte   "
            f"validation {validation.nats_per_token:.3f} nats/token "
            f"{validation.bits_per_byte:.3f} bits/byte")

    def advanced(self, step, loss, examples_per_second):
        state = f"loss {loss:.3f}  {examples_per_second:,.1f} examples/s"
        self.bar.update(self.task, completed=step, state=state)

    def measured(self, step, metrics):
        self.print(f"step {step:5d}   " + "   ".join(
            f"{name.replace('_', ' ')} {value:.4f}"
            for name, value in metrics.items()))

    def saved(self, path):
        if not self.console.is_terminal:
            self.print(f"saved {path.as_posix()}")
