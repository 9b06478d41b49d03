"""Text in and out of the terminal, the same on every system."""
import sys
from contextlib import contextmanager

__all__ = ["cells", "counting_bar", "given_text", "in_cells", "never_fail_to_print"]


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


def cells(text: str) -> int:
    """How many columns of a terminal a text fills: a Chinese character two."""
    from rich.cells import cell_len

    return cell_len(text)


def in_cells(text: str, width: int) -> str:
    """A text in so many columns, filled with blanks or cut off; no character is halved."""
    from rich.cells import set_cell_size

    return set_cell_size(text, width)


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
