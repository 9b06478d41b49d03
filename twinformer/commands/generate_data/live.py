"""How far the making of data is: a bar on a terminal, a line every half minute elsewhere."""
import sys
import time
from contextlib import contextmanager

__all__ = ["Live", "live"]

PAUSE = 30.0    # seconds between two lines where there is no terminal


class Live:
    """Shows a Tally.

    show : is called when it has changed
    say : prints a line above the bar
    """

    def __init__(self, tally, bar, task):
        self.tally, self.bar, self.task = tally, bar, task
        self.shown = time.monotonic()
        self.said = ""

    def show(self) -> None:
        tally = self.tally
        self.bar.update(self.task, completed=tally.done, note=self.note())
        if not self.bar.disable or time.monotonic() - self.shown < PAUSE:
            return
        self.shown = time.monotonic()
        print(f"{tally.done:,} of {tally.wanted:,}, {self.note()}", file=sys.stderr, flush=True)

    def note(self) -> str:
        tally = self.tally
        dropped = tally.most_dropped()
        return f"{tally.kept:,} kept" + (f"; dropped {dropped}" if dropped else "")

    def say(self, words: str) -> None:
        if words == self.said:      # of several that wait for the same
            return
        self.said = words
        if self.bar.disable:
            sys.stderr.write(words + "\n")     # in one piece: others say something, too
            sys.stderr.flush()
        else:
            self.bar.console.print(words, markup=False, highlight=False)


@contextmanager
def live(tally):
    """A Live, as long as this context lasts."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (MofNCompleteColumn(), BarColumn(20), TimeRemainingColumn(),
               TextColumn("{task.fields[note]}", markup=False))
    with Progress(*columns, console=console, transient=True,
                  disable=not console.is_terminal) as bar:
        yield Live(tally, bar, bar.add_task("", total=tally.wanted, note=""))
