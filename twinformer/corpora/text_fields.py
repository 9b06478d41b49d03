"""The field of a record, or the column of a table, that holds the text.

A table is not text: who trains on a CSV whole learns commas, numbers and
labels. Which column it is has to be said, unless it is called as expected.
"""
import json
from collections.abc import Iterator
from pathlib import Path

from ..io.tables.reading import USUAL, table_in
from .text_blocks import COMPRESSED, read_blocks

__all__ = ["NoSuchField", "json_records", "plain_path", "read_spreadsheet",
           "text_in"]


class NoSuchField(ValueError):
    """Records of which nobody has said where their text is."""


def json_records(path: Path, errors: str) -> list:
    """The objects or texts of a JSON list; none of any other JSON, which is
    read as text."""
    try:
        content = json.loads("".join(read_blocks(path, errors)))
    except ValueError:
        return []
    return content if isinstance(content, list) and all(
        isinstance(record, dict | str) for record in content) else []


def text_in(record, where: str, field: str) -> str:
    """The text field of a record; a list of texts is one of lines."""
    if isinstance(record, str):
        return record
    text = record.get(field) if isinstance(record, dict) else None
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        text = "\n".join(text)
    if not isinstance(text, str):
        found = sorted(record) if isinstance(record, dict) else type(
            record).__name__
        raise NoSuchField(f"{where}: no text in field {field!r}, found "
                          f"{found}; name another with --text-field")
    return text


def plain_path(path: Path) -> Path:
    """a.csv of a.csv.gz"""
    packed = path.suffix.lower() in COMPRESSED
    return path.with_suffix("") if packed else path


def read_spreadsheet(path: Path, errors: str, field: str) -> Iterator[str]:
    """The column of texts, held in memory whole; empty cells are left out."""
    text = "".join(read_blocks(path, errors))
    table = table_in(text, plain_path(path), USUAL | {field.lower()})
    names = [name.lower() for name in table.names]
    wanted = field.lower()
    if wanted in names:
        column = names.index(wanted)
    elif wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        column = int(wanted) - 1
    elif len(names) == 1:
        column = 0
    else:
        columns = table.names if table.header else [
            f"{name} ({cell[:20]!r})" for name, cell
            in zip(table.names, table.rows[0].cells)]
        raise NoSuchField(
            f"{path}: a table, whose column of texts has to be named by "
            f"--text-field: {', '.join(columns)}")
    for row in table.rows:
        if row.cells[column].strip():
            yield row.cells[column]
