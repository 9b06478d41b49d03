"""What the quotation marks of a table are: the program's that wrote it, or the
texts' own. Signs of either, to be found in all rows together."""
import csv
import re
from collections import Counter

from .rows import Row

__all__ = ["check_swallowed", "even", "holds_delimiters", "is_quoted",
           "more_even", "wrapped"]


def even(rows: list[Row]) -> bool:
    """Whether all rows have as many cells, and more than one."""
    return len({len(row.cells) for row in rows}) == 1 and (
        len(rows[0].cells) > 1)


def more_even(rows: list[Row], plain: list[Row]) -> bool:
    """Whether quotation marks explain why the rows are as they are."""
    return even(rows) and (not even(plain)
                           or len(rows[0].cells) < len(plain[0].cells))


def is_wrapped(cell: str) -> bool:
    """Whether it stands in quotation marks as a spreadsheet puts it."""
    return bool(re.fullmatch('"(?:[^"]|"")*"', cell.strip()))


def wrapped(plain: list[Row]) -> bool:
    """Whether the quotation marks between tabs are a program's: all that
    begin a cell end it, and one stands twice or a whole column has them."""
    if not even(plain):
        return False
    cells = [cell for row in plain for cell in row.cells
             if cell.startswith('"')]
    if not all(map(is_wrapped, cells)):
        return False
    columns = zip(*(row.cells for row in plain))
    return any('""' in cell[1:-1] for cell in cells) or any(
        all(map(is_wrapped, column[1:] or column))
        for column in columns)


def is_quoted(column: tuple[str, ...]) -> bool:
    """Whether some of its cells are quoted, or begin with a quotation mark
    that others of the same words do not have: it is none of the text."""
    return any(map(is_wrapped, column)) or any(
        cell[:1] == '"' and cell[1:] in column for cell in column)


def holds_delimiters(row: Row) -> bool:
    """Whether a quotation mark is closed in a later cell."""
    opens = next((at for at, cell in enumerate(row.cells)
                  if cell[:1] == '"' and not is_wrapped(cell)), None)
    return opens is not None and any(
        cell.endswith('"') for cell in row.cells[opens + 1:])


def check_swallowed(rows: list[Row], plain: list[Row]) -> None:
    """csv.Error where the lines inside a cell are rows themselves.

    Two stray quotation marks make one cell of all that is between them. Its
    lines have the labels of the other rows where a text has none.
    """
    short = {row.line: row.cells for row in rows
             if not any("\n" in cell for cell in row.cells)}
    width = max((len(cells) for cells in short.values()), default=0)
    repeated = [Counter(cells[column] for cells in short.values()
                        if column < len(cells)) for column in range(width)]
    by_line = {row.line: row.cells for row in plain}
    for row in rows:
        inside = [by_line[line] for line in range(
            row.line + 1, row.line + 1 + sum(
                cell.count("\n") for cell in row.cells)) if line in by_line]
        if inside and any(all(
                len(cells) == width and values[cells[column]] > 1
                for cells in inside)
                for column, values in enumerate(repeated)):
            raise csv.Error(f"line {row.line}: a quotation mark opens a text "
                            f"that takes in {len(inside)} more rows")
