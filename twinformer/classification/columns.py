"""Which column of a table holds the texts, and which their labels.

Labels repeat and texts do not: that tells them apart where no name does. More
than one column that could be either is a question, not a guess.
"""
from collections.abc import Iterable, Sequence

from ..io.tables.header import USUAL_LABELS, USUAL_TEXTS
from ..io.tables.reading import USUAL, Table
from .json_rows import label_text

__all__ = ["columns_of", "index_of_texts", "label_names", "usual_and"]

SURPRISING = 0.5  # more labels than this share of the rows are none
FEW = 20          # rows of which this may be by chance


def usual_and(*names: str) -> frozenset[str]:
    """Names of columns that make a first row a header, in lower case."""
    return USUAL | {name.lower() for name in names if name}


def label_names(cells: Sequence[str]) -> list[str]:
    """Labels as all files write them: 1.0 is 1, too."""
    return [label_text(cell) for cell in cells]


def columns_of(table: Table, text: str = "", label: str = ""
               ) -> tuple[int, int]:
    """The indices of the texts and of the labels.

    Parameters
    ----------
    text, label
        Names in the header, or numbers from 1. Left out: columns with the
        usual names; else the label is the one column whose values repeat,
        and the text of the others the one with the longest cells.

    Raises
    ------
    ValueError
        A column is not there, there is one alone, or several could be it.
    """
    if len(table.names) < 2:
        raise ValueError(
            f"{table.path} has one column, {table.names[0]!r}: expected a "
            "text and its label in each row, with a comma, a semicolon, a "
            "tab or a | between them" + (
                " (， is none of these)" if "，" in
                table.rows[0].cells[0] else ""))
    texts = named(table, text, USUAL_TEXTS, "text_column")
    labels = named(table, label, USUAL_LABELS, "label_column")
    if labels is None:
        labels = guessed_labels(table, texts)
    if texts is None:
        texts = longest(table, set(range(len(table.names))) - {labels})
    return texts, labels


def index_of_texts(table: Table, wanted: str = "") -> int:
    """The column of the texts, where labels are not asked for."""
    found = named(table, wanted, USUAL_TEXTS, "text_column")
    everything = set(range(len(table.names)))
    label = named(table, "", USUAL_LABELS, "")
    if found is None and len(everything) > 1 and label is not None:
        everything.discard(label)
    return longest(table, everything) if found is None else found


def guessed_labels(table: Table, text: int | None) -> int:
    """The column whose values repeat, beside that of the texts."""
    others = [column for column in range(len(table.names)) if column != text]
    kinds = {column: len({row.cells[column].strip() for row in table.rows})
             for column in others}
    rows = len(table.rows)
    most = SURPRISING * rows if rows > FEW else rows - 1
    likely = [column for column in others if 1 < kinds[column] <= most]
    if text is None and len(likely) == len(table.names):
        text = max(likely, key=lambda it: (kinds[it], length(table, it)))
        likely.remove(text)     # some of the texts are there twice
    if len(likely) == 1:
        return likely[0]
    if likely:
        raise ValueError(
            f"{table.path}: the labels could be in column "
            f"{' or '.join(table.names[column] for column in likely)}; name "
            f"it by --label_column, one of {', '.join(table.names)}")
    if rows > FEW and min(kinds.values()) > 1:
        raise ValueError(
            f"{table.path}: no column looks like labels "
            f"({min(kinds.values())} different values in {rows} rows); name "
            f"it by --label_column, one of {', '.join(table.names)}")
    if text is None:
        text = longest(table, set(others))
    return min((column for column in others if column != text),
               key=kinds.__getitem__)


def longest(table: Table, columns: Iterable[int]) -> int:
    return max(sorted(columns), key=lambda it: length(table, it))


def length(table: Table, column: int) -> int:
    return sum(len(row.cells[column]) for row in table.rows)


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
