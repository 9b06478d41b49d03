"""Tables as people keep them: CSV, TSV, JSON or JSON lines -> rows of texts.

A table of the spreadsheet kind may have a header or none; tabs, commas,
semicolons or bars between its columns; and quotation marks that mean
something or nothing. Nothing about it need be said if it can be seen in all
of its rows; what was seen is said.
"""
import json
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from .foreign_files import ForeignFile
from .paths import expanded
from .table_dialect import delimiter_of, rows_of
from .table_header import USUAL_LABELS, USUAL_TEXTS, has_header
from .table_rows import Row
from .text_files import json_lines, read_text

__all__ = ["JSON_LINES", "SPREADSHEETS", "Row", "Table", "read_table",
           "table_in", "text_of"]

JSON_LINES = (".jsonl", ".ndjson")
SPREADSHEETS = (".csv", ".tsv", ".tab")
ONE_COLUMN = "\x1e"     # stands in no text
USUAL = frozenset(USUAL_TEXTS + USUAL_LABELS)


class Table(NamedTuple):
    """Rows of as many cells as there are names; "" where nothing was given.

    names are those of a header, or 1, 2, ... where there is none.
    """

    path: Path
    names: list[str]
    rows: list[Row]
    header: bool | None = None      # None: JSON has names without one


def read_table(path: str | Path, known: Collection[str] = USUAL,
               header: bool | None = None, quoted: bool | None = None,
               encoding: str = "auto",
               note: Callable[[str], None] = lambda message: None) -> Table:
    """A file's rows.

    Parameters
    ----------
    path
        .jsonl, .ndjson and .json hold objects; anything else is a table of
        the spreadsheet kind.
    known
        Lower-case column names: a first row with one of them is a header,
        unless the other rows speak against it.
    header
        Whether there is one; None = as the rows look.
    quoted
        Whether a cell that begins with a quotation mark goes on to the next
        one, over separators and ends of lines; None = as the rows look.
    encoding
        Of the text; auto = whatever it looks like.
    note
        Told in a sentence what is not as usual.

    Raises
    ------
    FileNotFoundError, ValueError
        There is no such file, it is of another encoding or kind, or holds no
        rows; quotation marks do not pair up; JSON is not made of objects.
    """
    path = expanded(path)
    return table_in(text_of(path, encoding), path, known, header, quoted,
                    note)


def text_of(path: Path, encoding: str = "auto") -> str:
    """The text of a table's file, without a byte-order mark."""
    if path.is_dir() or not path.exists():
        raise FileNotFoundError(f"there is no file {path}; expected a table "
                                "of texts: CSV, TSV or JSON lines")
    try:
        return read_text(path, encoding)
    except ForeignFile:
        raise
    except ValueError as problem:
        raise ValueError(f"{problem}, or name its --encoding, for example "
                         "latin-1") from None


def table_in(text: str, path: Path, known: Collection[str] = USUAL,
             header: bool | None = None, quoted: bool | None = None,
             note: Callable[[str], None] = lambda message: None) -> Table:
    """The rows of a file's text; see read_table."""
    if path.suffix.lower() in (*JSON_LINES, ".json"):
        return objects(path, text)
    named_csv = path.suffix.lower() == ".csv"
    delimiter = delimiter_of(text, named_csv)
    text = re.sub(r'\A"?sep=[^\w\s]"?\r?\n', "\n", text)    # Excel's
    if text.strip().partition("\n")[0].strip().strip('"').lower() in known:
        delimiter = ONE_COLUMN  # commas below are the texts' own
    rows = rows_of(path, text, delimiter, quoted, note)
    if header is None:
        header = has_header(rows, known)
        if header and not any(name.strip().lower() in known
                              for name in rows[0].cells):
            note(f"{path}: its first row is taken for a header "
                 "(classify --header false: for one like the others)")
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
    return checked(Table(path, names, rows[1:] if header else rows,
                         bool(header)))


def objects(path: Path, text: str) -> Table:
    """The rows of JSON objects; the names are those of all of them."""
    try:
        if path.suffix.lower() == ".json":
            content = json.loads(text)
            content = list(enumerate(content, 1)
                           ) if isinstance(content, list) else [(1, content)]
        else:
            content = list(json_lines(text, str(path)))
    except ValueError as problem:
        raise ValueError(f"{path} is not JSON: {problem}") from None
    for number, entry in content:
        if not isinstance(entry, dict):
            raise ValueError(
                f"{path}, entry {number}: expected an object such as "
                f'{{"label": "spam", "text": "..."}}, got {entry!r:.80}')
    names = list(dict.fromkeys(name for _, entry in content
                               for name in entry))
    return checked(Table(path, names, [
        Row(number, [as_text(entry.get(name)) for name in names])
        for number, entry in content]))


def as_text(value) -> str:
    """A JSON value as a cell: 1 and "1" are the same label."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)      # 1.0 is 1, too
    return value if isinstance(value, str) else json.dumps(
        value, ensure_ascii=False)


def checked(table: Table) -> Table:
    if not table.rows:
        raise ValueError(f"{table.path} holds no rows; expected a text and "
                         "its label in each")
    return table
