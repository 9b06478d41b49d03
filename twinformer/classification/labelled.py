"""Labelled texts from a table, or from a folder with a folder for each class:
which column is the text, which the label, and is everything there?"""
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..corpora.records import Message
from ..io.paths import expanded, shown_name
from ..io.tables.reading import read_table, text_of
from .columns import columns_of, index_of_texts, label_names, usual_and
from .json_rows import chat_row

__all__ = ["class_names", "column_of_texts", "read_labelled", "without_empty"]


def read_labelled(
    path: str | Path, text_column: str = "", label_column: str = "",
    *, note=lambda message: None, **options,
) -> list[Message]:
    """The labelled texts of a file.

    Parameters
    ----------
    path
        As in read_table; or a folder: in it, class/name.txt is one text.
    text_column, label_column
        Names of a header, or numbers from 1; left out, as columns_of says.
    note
        Told in a sentence what the table was taken for.
    options
        header, quoted, encoding: as in read_table.

    Raises
    ------
    FileNotFoundError, ValueError
        As read_table; columns that are not there or cannot be told apart;
        texts without a label.
    """
    path = expanded(path)
    if path.is_dir():
        return class_folders(path, options.get("encoding", "auto"))
    table = read_table(path, usual_and(text_column, label_column), note=note, row=chat_row,
                       **options)
    text, label = columns_of(table, text_column, label_column)
    under = {True: " below a header", False: ", no header", None: ""}
    note(f"{path}: {len(table.rows)} rows{under[table.header]}, texts in "
         f"column {table.names[text]!r}, labels in {table.names[label]!r}")
    bare = [row.line for row in table.rows if not row.cells[label].strip()]
    if bare:
        more = f" ({len(bare)} rows have none)" if len(bare) > 1 else ""
        raise ValueError(
            f"{path}, line {bare[0]}: there is no label in column "
            f"{table.names[label]!r}{more}; add the labels, delete the rows, "
            "or name another --label_column")
    names = label_names([row.cells[label] for row in table.rows])
    return [Message(name, row.cells[text])
            for name, row in zip(names, table.rows, strict=True)]


def class_folders(folder: Path, encoding: str) -> list[Message]:
    """Of folder/spam/1.txt, "spam" is the label."""
    files = sorted(file for file in folder.glob("*/*")
                   if file.suffix.lower() == ".txt")
    if not files:
        raise ValueError(f"{folder} holds no texts; expected a folder for "
                         "each class, with files ending in .txt")
    return [Message(shown_name(file.parent.name),
                    text_of(file, encoding).replace("\r\n", "\n"))
            for file in files]


def column_of_texts(path: str | Path, text_column: str = "",
                    **options) -> list[str]:
    """The texts alone, for a classifier to label: one a row, empty or not.

    A file with the ending .txt holds a text in each line.
    """
    path = expanded(path)
    if path.suffix.lower() == ".txt" and not text_column:
        content = text_of(path, options.get("encoding", "auto"))
        return content.replace("\r\n", "\n").removesuffix("\n").split("\n")
    table = read_table(path, usual_and(text_column), row=chat_row, **options)
    text = index_of_texts(table, text_column)
    return [row.cells[text] for row in table.rows]


def without_empty(messages: Sequence[Message]) -> list[Message]:
    """The messages that say something: an empty text has nothing to learn
    from, and no last token."""
    return [message for message in messages if message.text.strip()]


def class_names(labels: Iterable[str]) -> list[str]:
    """The different labels in their order: numbers as numbers, else as text.

    Raises
    ------
    ValueError
        Where there is nothing to tell apart.
    """
    names = set(labels)
    if len(names) < 2:
        only = f"all texts are {next(iter(names))!r}" if names else \
            "there are none"
        raise ValueError(f"a classifier needs texts of at least two classes, "
                         f"and {only}")
    in_words = sorted(names)    # a set has another order each time
    try:
        values = {name: float(name) for name in in_words}
    except ValueError:
        return in_words
    if not all(map(math.isfinite, values.values())):
        return in_words
    return sorted(in_words, key=values.__getitem__)
