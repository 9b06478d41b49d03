"""Files of text, JSON, CSV or Parquet, plain or compressed -> documents."""
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..io.extras import library
from ..io.tables.reading import JSON_LINES, SPREADSHEETS
from .passages import LONGEST_PASSAGE, Passage, passages_of
from .text_blocks import read_blocks, read_lines
from .text_fields import (
    NoSuchField, json_records, plain_path, read_spreadsheet, text_in,
)

__all__ = ["ENDINGS", "ReadOptions", "read_passages"]

ENDINGS = (".txt", ".md", *JSON_LINES, ".parquet")


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How files become documents.

    Attributes
    ----------
    errors
        What to do with bytes that are not UTF-8: stop, or put U+FFFD.
    text_field
        The field of JSON, or the column of CSV and Parquet, with the text.
    passage_length
        Longer documents are read in passages of about as many characters.
    skip
        Documents at the front of a source that are not wanted; a reader may
        give them nevertheless.
    """

    errors: Literal["error", "replace"] = "error"
    text_field: str = "text"
    passage_length: int = LONGEST_PASSAGE
    skip: int = 0


def read_passages(path: Path, name: str,
                  options: ReadOptions) -> Iterator[Passage]:
    """The documents of one file, by the ending of its name.

    Raises
    ------
    ValueError
        For bytes that are not UTF-8, damaged compression, files that are no
        text, a line that is no JSON, a text field that is not there, and
        where .zst or .parquet needs a package that is not installed.
    """
    ending = plain_path(path).suffix.lower()
    if ending == ".parquet":
        documents = read_parquet(path, options)
    elif ending in JSON_LINES:
        documents = read_json_lines(path, options)
    elif ending in SPREADSHEETS:
        documents = read_spreadsheet(path, options.errors,
                                     options.text_field)
    elif ending == ".json" and (records := json_records(path, options.errors)):
        documents = (text_in(record, f"{path}, entry {number}",
                             options.text_field)
                     for number, record in enumerate(records, 1))
    else:
        yield from passages_of(name, read_blocks(path, options.errors),
                               options.passage_length, separated=True)
        return
    for number, text in enumerate(documents):
        yield from passages_of(name, [text], options.passage_length,
                               first=number)


def read_json_lines(path: Path, options: ReadOptions) -> Iterator[str]:
    """One text a line; empty lines are passed over."""
    for number, line in enumerate(read_lines(path, options.errors), 1):
        if line.strip():
            where = f"{path}, line {number}"
            try:
                record = json.loads(line)
            except ValueError as problem:
                raise ValueError(f"{where}: not JSON ({problem})") from None
            yield text_in(record, where, options.text_field)


def read_parquet(path: Path, options: ReadOptions) -> Iterator[str]:
    """The rows of one column, a few thousand at a time."""
    pyarrow_parquet = library("pyarrow.parquet", "data", "to read Parquet files")
    import pyarrow

    try:
        file = pyarrow_parquet.ParquetFile(path)
    except pyarrow.ArrowInvalid as problem:
        raise ValueError(f"{path} is no Parquet file: {problem}") from None
    with file:
        names = file.schema_arrow.names
        if options.text_field not in names:
            raise NoSuchField(
                f"{path}: no column {options.text_field!r}, found {names}; "
                "name another with --text-field")
        for batch in file.iter_batches(256, columns=[options.text_field]):
            for value in batch.column(0):
                if (text := value.as_py()) is not None:
                    yield text
