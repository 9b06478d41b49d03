"""The rows of a table, its quotation marks taken as text or as quotation."""
import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Row", "plain_rows", "quoted_rows"]

csv.field_size_limit(2**31 - 1)  # a review is longer than a cell was once

END = "\x1f end of the table"   # a line that no table has


class Row(NamedTuple):
    """One row of a table, and the line it begins in, for messages."""

    line: int
    cells: list[str]


def plain_rows(text: str, delimiter: str) -> Iterator[Row]:
    """A row a line, whose quotation marks are text."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        cells = line.rstrip("\r").split(delimiter)
        if any(cell.strip() for cell in cells):
            yield Row(number, cells)


def quoted_rows(text: str, delimiter: str, strict: bool = False,
                spaced: bool = False, ended: bool = True) -> Iterator[Row]:
    """A cell that begins with a quotation mark goes on to the next one, over
    delimiters and ends of lines.

    Parameters
    ----------
    strict
        Nothing may follow a closing quotation mark. Otherwise it belongs to
        the cell, as pandas has it.
    spaced
        Spaces in front of a cell are none of it.
    ended
        A cell that is open at the end is an error: it has swallowed rows.

    Raises
    ------
    csv.Error
        With the line.
    """
    lines = io.StringIO(text if text.endswith(("\n", "\r")) else text + "\n",
                        newline="")
    reader = csv.reader([*lines, END], delimiter=delimiter, strict=strict,
                        skipinitialspace=spaced)
    line = 1
    try:
        for cells in reader:
            if cells == [END]:
                return
            if ended and cells and cells[-1].endswith(END):
                break           # the last one was never closed
            if any(cell.strip() for cell in cells):
                yield Row(line, cells)
            line = reader.line_num + 1
        else:
            return
    except csv.Error as problem:
        if "end of data" not in str(problem):
            raise csv.Error(
                f"line {line}: text follows a closing quotation mark"
                ) from None
    if ended:
        raise csv.Error(f"line {line}: a quotation mark opens a text that "
                        "never ends")
