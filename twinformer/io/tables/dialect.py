"""How a table of the spreadsheet kind is written: what stands between its
columns, and what its quotation marks mean.

Neither can be seen in one line: a text has commas, and an apostrophe's
neighbour opens a quotation that nobody closes. So every reading is held
against all rows, and where none fits, the line that spoils it is named.
"""
import csv
import re
from collections import Counter
from collections.abc import Callable

from .quotes import (
    check_swallowed, even, holds_delimiters, is_quoted, more_even, wrapped,
)
from .rows import Row, plain_rows, quoted_rows

__all__ = ["delimiter_of", "rows_of"]

DELIMITERS = ("\t", ",", ";", "|")
SAMPLE = 2**18                  # characters that tell


def delimiter_of(text: str, named_csv: bool) -> str:
    """What most rows have equally often, with quotation marks in mind.

    named_csv : of several that would do, prefer commas to tabs
    """
    if declared := re.match(r'"?sep=([^\w\s]|\t)"?\r?\n', text):    # Excel's
        return declared[1]
    sample = text if len(text) <= SAMPLE else (
        text[:SAMPLE].rpartition("\n")[0])
    order = (",", ";", "|", "\t") if named_csv else DELIMITERS
    there = [delimiter for delimiter in order if delimiter in sample]
    return max(there, key=lambda it: fitness(sample, it), default=",")


def fitness(sample: str, delimiter: str) -> tuple[float, float]:
    """(share of the rows that agree, - share with a space behind it)"""
    best = 0.0
    plain = list(plain_rows(sample, delimiter))
    for rows in (plain, list(quoted_rows(sample, delimiter, ended=False))):
        widths = Counter(len(row.cells) for row in rows if not any(
            cell.count('"') % 2 for cell in row.cells))
        agree = max((count for width, count in widths.items() if width > 1),
                    default=0)
        best = max(best, agree / max(len(rows), 1))
    spaced = sum(any(cell[:1] == " " for cell in row.cells[1:])
                 for row in plain)
    return best, -spaced / max(len(plain), 1)   # commas of prose have spaces


def rows_of(path: object, text: str, delimiter: str, quoted: bool | None,
            note: Callable[[str], None] = lambda message: None) -> list[Row]:
    """All rows; empty lines are none.

    Raises ValueError, with the line, where quotation marks do not pair up
    and taking them as text does not give even rows either.
    """
    if quoted is False or '"' not in text:
        return list(plain_rows(text, delimiter))
    try:
        if quoted:
            return list(quoted_rows(text, delimiter))
        return guessed(text, delimiter, path, note)
    except csv.Error as problem:
        raise ValueError(
            f"{path}, {problem}; close it, or write a quotation mark inside "
            "a text twice (classify --quoted false takes all of them as text)"
            ) from None


def guessed(text: str, delimiter: str, path: object,
            note: Callable[[str], None]) -> list[Row]:
    """Quoted as spreadsheets do it, or with backslashes, or not at all."""
    plain = list(plain_rows(text, delimiter))
    first: csv.Error | None = None
    escaped = re.sub(r'(?<!\\)((?:\\\\)*)\\"', r'\1""', text)
    for form in dict.fromkeys((text, escaped)):
        try:
            rows = list(quoted_rows(form, delimiter, strict=True))
            if re.search(re.escape(delimiter) + ' +"', form):
                spaced = list(quoted_rows(form, delimiter, True, spaced=True))
                rows = spaced if more_even(spaced, rows) else rows
            check_swallowed(rows, plain)
        except csv.Error as problem:
            first = first or problem
            continue
        if delimiter != "\t" or wrapped(plain) or more_even(rows, plain):
            return rows
    if delimiter == "\t":       # between tabs they are the text's own
        return plain
    assert first is not None
    columns = zip(*(row.cells for row in plain))
    if not even(plain) or any(map(is_quoted, columns)) or any(
            map(holds_delimiters, plain)):
        raise first
    note(f"{path}, {first}: quotation marks are read as text "
         "(classify --quoted true: as spreadsheets read them)")
    return plain
