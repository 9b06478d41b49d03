"""Tables as people keep them: CSV, TSV, JSON or JSON lines -> rows of texts.

A table of the spreadsheet kind may have a header or none, and commas,
semicolons or tabs between its columns. Nothing about it need be said if it
can be seen.
"""
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..io.text_files import looks_like_json, read_text
from .json_rows import json_rows

__all__ = ["Row", "Table", "decoded", "read_table"]

csv.field_size_limit(2**31 - 1)  # a review is longer than a cell was once


class Row(NamedTuple):
    """One line of a table, and where it stands, for messages."""

    line: int
    cells: list[str]


class Table(NamedTuple):
    """Rows of as many cells as there are names; "" where nothing was given.

    names are those of a header, or 1, 2, ... where there is none.
    """

    path: Path
    names: list[str]
    rows: list[Row]


def read_table(path: str | Path, known: frozenset[str],
               header: bool | None = None, quoted: bool | None = None,
               encoding: str = "auto") -> Table:
    """A file's rows.

    Parameters
    ----------
    path
        .jsonl, .ndjson and .json hold objects, as does what looks like JSON;
        anything else is a table with the separator that its first line has:
        tabs, else commas or semicolons.
    known
        Lower-case column names: a first row with one of them is a header.
    header
        Whether there is one; None = as `known` says.
    quoted
        Whether a cell that begins with a quotation mark goes on to the next
        one, over separators and ends of lines. None = yes, but not between
        tabs, where quotation marks are usually the text's own.
    encoding
        Of the text; auto = whatever it looks like.

    Raises
    ------
    FileNotFoundError, ValueError
        There is no such file, it is of another encoding, or holds no rows;
        JSON that is not made of objects.
    """
    path = Path(path)
    text = decoded(path, encoding)
    if (path.suffix.lower() in (".jsonl", ".ndjson", ".json")
            or looks_like_json(text)):
        return objects(path, text)
    delimiter = separator(path, text.partition("\n")[0])
    if quoted is None:
        quoted = delimiter != "\t"
    rows = list(cells(path, text, delimiter, quoted))
    if header is None:
        header = bool(rows) and any(
            name.strip().lower() in known for name in rows[0].cells)
    width = len(rows[0].cells) if rows else 0
    for line, row in rows:
        if len(row) > width:
            raise ValueError(
                f"{path}, line {line} has {len(row)} columns, the first line "
                f"{width}; put a text that contains the separator into "
                "quotation marks")
        row += [""] * (width - len(row))
    names = [name.strip() for name in rows[0].cells] if header and rows \
        else [str(number + 1) for number in range(width)]
    return checked(Table(path, names, rows[1:] if header else rows))


def decoded(path: Path, encoding: str) -> str:
    """The file's text, without a byte-order mark."""
    if path.is_dir() or not path.exists():
        raise FileNotFoundError(f"there is no file {path}; expected a table "
                                "of texts: CSV, TSV or JSON lines")
    try:
        return read_text(path, encoding)
    except ValueError as problem:
        raise ValueError(f"{problem}, or name its --encoding, for example "
                         "latin-1") from None


def separator(path: Path, first: str) -> str:
    """A text has commas, but hardly a tab: where there is one, it separates.
    """
    named_csv = path.suffix.lower() == ".csv" and {",", ";"} & set(first)
    if "\t" in first and not named_csv:
        return "\t"
    return max(",;", key=first.count)


def cells(path: Path, text: str, delimiter: str,
          quoted: bool) -> Iterator[Row]:
    """The rows of a spreadsheet; empty lines are none."""
    if quoted:
        reader = csv.reader(io.StringIO(text, newline=""),
                            delimiter=delimiter)
    else:
        lines = (line.rstrip("\r") for line in text.split("\n"))
        reader = csv.reader(lines, delimiter=delimiter,
                            quoting=csv.QUOTE_NONE)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield Row(reader.line_num, row)
    except csv.Error as problem:
        raise ValueError(f"{path}, line {reader.line_num}: {problem}"
                         ) from None


def objects(path: Path, text: str) -> Table:
    """The rows of JSON objects; the names are those of all of them."""
    content = json_rows(path, text)
    names = list(dict.fromkeys(name for _, entry in content
                               for name in entry))
    return checked(Table(path, names, [
        Row(number, [as_text(entry.get(name)) for name in names])
        for number, entry in content]))


def as_text(value) -> str:
    """A JSON value as a cell: 1 and "1" are the same label."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def checked(table: Table) -> Table:
    if not table.rows:
        raise ValueError(f"{table.path} holds no rows; expected a text and "
                         "its label in each")
    return table
