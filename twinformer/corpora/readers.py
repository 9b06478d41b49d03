"""Files of text, JSON lines or Parquet, plain or compressed -> documents."""
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .passages import LONGEST_PASSAGE, Passage, passages_of
from .text_blocks import COMPRESSED, needed, read_blocks, read_lines

__all__ = ["ENDINGS", "ReadOptions", "read_passages"]

ENDINGS = (".txt", ".md", ".jsonl", ".parquet")


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How files become documents.

    Attributes
    ----------
    errors
        What to do with bytes that are not UTF-8: stop, or put U+FFFD.
    text_field
        The field of JSON lines, or the column of Parquet, with the text.
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
        For bytes that are not UTF-8, damaged compression, a line that is no
        JSON, a text field that is not there, and where .zst or .parquet
        needs a package that is not installed.
    """
    plain = path.name.lower()
    for ending in COMPRESSED:
        plain = plain.removesuffix(ending)
    if plain.endswith(".parquet"):
        documents = read_parquet(path, options)
    elif plain.endswith(".jsonl"):
        documents = read_json_lines(path, options)
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
            yield text_in(line, f"{path}, line {number}", options)


def text_in(line: str, where: str, options: ReadOptions) -> str:
    try:
        record = json.loads(line)
    except ValueError as problem:
        raise ValueError(f"{where}: not JSON ({problem})") from None
    field = options.text_field
    if isinstance(record, str):
        return record
    if not isinstance(record, dict) or not isinstance(
            record.get(field), str):
        found = sorted(record) if isinstance(record, dict) else type(
            record).__name__
        raise ValueError(f"{where}: no text in field {field!r}, found "
                         f"{found}; name another with "
                         "data prepare --text-field")
    return record[field]


def read_parquet(path: Path, options: ReadOptions) -> Iterator[str]:
    """The rows of one column, a few thousand at a time."""
    pyarrow_parquet = needed("pyarrow.parquet", "to read Parquet files")
    import pyarrow

    try:
        file = pyarrow_parquet.ParquetFile(path)
    except pyarrow.ArrowInvalid as problem:
        raise ValueError(f"{path} is no Parquet file: {problem}") from None
    with file:
        names = file.schema_arrow.names
        if options.text_field not in names:
            raise ValueError(
                f"{path}: no column {options.text_field!r}, found {names}; "
                "name another with data prepare --text-field")
        for batch in file.iter_batches(256, columns=[options.text_field]):
            for value in batch.column(0):
                if (text := value.as_py()) is not None:
                    yield text
