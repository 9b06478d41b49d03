"""Text in and out of the terminal, the same on every system."""
import sys
from contextlib import contextmanager

__all__ = ["counting_bar", "given_text", "never_fail_to_print"]


@contextmanager
def counting_bar(what: str, total: int):
    """A bar on a terminal, nothing elsewhere: done -> None, in a ``with``."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = TextColumn(what), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True,
                  disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=total)
        yield lambda done: progress.update(task, completed=done)


def given_text(argument: str) -> str:
    """The argument itself, or all of standard input where it is ``-``.

    The line end that a shell puts after the last line is taken off.

    Raises
    ------
    ValueError
        Where the input is no text.
    """
    if argument != "-":
        return argument
    from ..io.text_files import decoded

    text = decoded(sys.stdin.buffer.read(), "standard input")
    return text.replace("\r\n", "\n").removesuffix("\n")


def never_fail_to_print() -> None:
    """Show a question mark where the terminal's encoding lacks a character."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
