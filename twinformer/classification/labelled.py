"""Labelled texts from a table, or from a folder with a folder for each class:
which column is the text, which the label, and is everything there?"""
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..corpora.records import Message
from .json_rows import label_text
from .tables import Table, decoded, read_table

__all__ = ["class_names", "column_of_texts", "read_labelled", "without_empty"]

TEXTS = ("text", "message", "sms", "review", "sentence", "content", "comment",
         "body", "v2", "prompt")
LABELS = ("label", "class", "category", "sentiment", "target", "v1",
          "completion")
KNOWN = frozenset(TEXTS + LABELS)
SURPRISING = 0.5  # more labels than this share of the rows are none


def read_labelled(
    path: str | Path, text_column: str = "", label_column: str = "",
    **options,
) -> list[Message]:
    """The labelled texts of a file.

    Parameters
    ----------
    path
        As in read_table; or a folder: in it, class/name.txt is one text.
    text_column, label_column
        Names of a header, or numbers from 1. Left out: columns with the usual
        names; else the column with the longest cells is the text, and the
        one with the fewest different values the label.
    options
        header, quoted, encoding: as in read_table.

    Raises
    ------
    FileNotFoundError, ValueError
        As read_table; columns that are not there or cannot be told apart;
        texts without a label.
    """
    if Path(path).is_dir():
        return class_folders(Path(path), options.get("encoding", "auto"))
    table = read_table(path, KNOWN | {text_column.lower(),
                                      label_column.lower()} - {""}, **options)
    text = text_index(table, text_column)
    label = label_index(table, label_column, text)
    bare = [row.line for row in table.rows if not row.cells[label].strip()]
    if bare:
        more = f" ({len(bare)} rows have none)" if len(bare) > 1 else ""
        raise ValueError(
            f"{path}, line {bare[0]}: there is no label in column "
            f"{table.names[label]!r}{more}; add the labels, delete the rows, "
            "or name another --label_column")
    return [Message(label_text(row.cells[label]), row.cells[text])
            for row in table.rows]


def class_folders(folder: Path, encoding: str) -> list[Message]:
    """Of folder/spam/1.txt, "spam" is the label."""
    files = sorted(folder.glob("*/*.txt"))
    if not files:
        raise ValueError(f"{folder} holds no texts; expected a folder for "
                         "each class, with files ending in .txt")
    return [Message(file.parent.name,
                    decoded(file, encoding).replace("\r\n", "\n"))
            for file in files]


def column_of_texts(path: str | Path, text_column: str = "",
                    **options) -> list[str]:
    """The texts alone, for a classifier to label: one a row, empty or not.

    A file with the ending .txt holds a text in each line.
    """
    if Path(path).suffix.lower() == ".txt" and not text_column:
        content = decoded(Path(path), options.get("encoding", "auto"))
        return content.replace("\r\n", "\n").removesuffix("\n").split("\n")
    table = read_table(path, KNOWN | {text_column.lower()} - {""}, **options)
    text = text_index(table, text_column)
    return [row.cells[text] for row in table.rows]


def text_index(table: Table, wanted: str) -> int:
    found = named(table, wanted, TEXTS, "text_column")
    if found is not None:
        return found
    lengths = [sum(len(row.cells[column]) for row in table.rows)
               for column in range(len(table.names))]
    return lengths.index(max(lengths))


def label_index(table: Table, wanted: str, text: int) -> int:
    """The column of the labels; ValueError where there is no telling."""
    found = named(table, wanted, LABELS, "label_column")
    if found is not None and (wanted or found != text):
        return found
    others = [column for column in range(len(table.names)) if column != text]
    if not others:
        raise ValueError(
            f"{table.path} has one column, {table.names[0]!r}: expected a "
            "text and its label in each row, with a comma, a semicolon or a "
            "tab between them")
    kinds = {column: len({row.cells[column] for row in table.rows})
             for column in others}
    best = min(others, key=kinds.__getitem__)
    if len(table.rows) > 20 and kinds[best] > SURPRISING * len(table.rows):
        raise ValueError(
            f"{table.path}: no column looks like labels ({kinds[best]} "
            f"different values in {len(table.rows)} rows); name it by "
            f"--label_column, one of {', '.join(table.names)}")
    return best


def named(table: Table, wanted: str, usual: Iterable[str],
          option: str) -> int | None:
    """The index of the wanted column, or of one with a usual name."""
    names = [name.lower() for name in table.names]
    if wanted:
        if wanted.lower() in names:
            return names.index(wanted.lower())
        if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
            return int(wanted) - 1
        raise ValueError(f"{table.path} has no column {wanted!r} "
                         f"(--{option}); its columns are "
                         f"{', '.join(table.names)}")
    return next((names.index(name) for name in usual if name in names), None)


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
