"""Tables as people keep them: CSV, TSV, JSON or JSON lines -> rows of texts.

A table of the spreadsheet kind may have a header or none; tabs, commas,
semicolons or bars between its columns; and quotation marks that mean
something or nothing. Nothing about it need be said if it can be seen in all
of its rows; what was seen is said.
"""
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from ..foreign_files import ForeignFile
from ..paths import expanded
from .dialect import delimiter_of, rows_of
from .header import USUAL_LABELS, USUAL_TEXTS, has_header
from .rows import Row
from .objects import as_it_is, object_rows, cell_text
from ..text_files import looks_like_json, read_text

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
               note: Callable[[str], None] = lambda message: None,
               row: Callable = as_it_is) -> Table:
    """A file's rows.

    Parameters
    ----------
    path
        .jsonl, .ndjson and .json hold objects, as does what looks like JSON;
        anything else is a table of the spreadsheet kind.
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
    row
        What becomes of a JSON object, told where it stands.

    Raises
    ------
    FileNotFoundError, ValueError
        There is no such file, it is of another encoding or kind, or holds no
        rows; quotation marks do not pair up; JSON is not made of objects.
    """
    path = expanded(path)
    return table_in(text_of(path, encoding), path, known, header, quoted,
                    note, row)


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
             note: Callable[[str], None] = lambda message: None,
             row: Callable = as_it_is) -> Table:
    """The rows of a file's text; see read_table."""
    if path.suffix.lower() in (*JSON_LINES, ".json") or looks_like_json(text):
        return objects(path, text, row)
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
    for line, cells in rows:
        if len(cells) > width:
            raise ValueError(
                f"{path}, line {line} has {len(cells)} columns, the first line "
                f"{width}; put a text that contains the separator into "
                "quotation marks")
        cells += [""] * (width - len(cells))
    names = [name.strip() for name in rows[0].cells] if header and rows \
        else [str(number + 1) for number in range(width)]
    return checked(Table(path, names, rows[1:] if header else rows,
                         bool(header)))


def objects(path: Path, text: str, row) -> Table:
    """The rows of JSON objects; the names are those of all of them."""
    content = object_rows(path, text, row)
    names = list(dict.fromkeys(name for _, entry in content
                               for name in entry))
    return checked(Table(path, names, [
        Row(number, [cell_text(entry.get(name)) for name in names])
        for number, entry in content]))


def checked(table: Table) -> Table:
    if not table.rows:
        raise ValueError(f"{table.path} holds no rows; expected a text and "
                         "its label in each")
    return table
