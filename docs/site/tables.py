"""Carry figures that were measured anew from a page of results to its Chinese page.

    python -m docs.site.tables docs/zh/results/spam.md ...

A row of a Chinese table belongs to the English row at the same place. Its words stay; a cell
without a Chinese word becomes the English cell, and a number between Chinese words the English
number. What a command printed is copied. Where that is not plain (a row more, a sentence with
other numbers) the place is named, and nothing is written: words are for people to change. Then
`python -m docs.site.translations --accept` says that the page is up to date.
"""
import re
import sys
from collections.abc import Callable
from pathlib import Path

from docs.site.places import here
from docs.site.translations import english
from twinformer.io.files import write_atomically

__all__ = ["carried"]

HAN = re.compile("[\u4e00-\u9fff]")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
TABLE = re.compile(r"(?:^\|.*\n)+", re.M)
PRINTED = re.compile(r"(?<=\n\n)(?: {4}.*\n)+")


def carried(chinese: str, source: str) -> str:
    """The Chinese page's text with the figures of the English one.

    Raises
    ------
    ValueError
        If a table or a cell is not the same but for its figures.
    """
    chinese = exchanged(TABLE, chinese, source, table)
    return exchanged(PRINTED, chinese, source, lambda number, theirs, ours: ours)


def exchanged(pattern: re.Pattern[str], chinese: str, source: str,
              exchange: Callable[[int, str, str], str]) -> str:
    found, given = pattern.findall(chinese), pattern.findall(source)
    if len(found) != len(given):
        kind = "tables" if pattern is TABLE else "indented blocks"
        raise ValueError(f"expected as many {kind} as in English, {len(given)}, got {len(found)}")
    new = iter([exchange(n, *both) for n, both in enumerate(zip(found, given), start=1)])
    return pattern.sub(lambda block: next(new), chinese)


def table(number: int, theirs: str, ours: str) -> str:
    rows, given = theirs.splitlines(), ours.splitlines()
    if len(rows) != len(given):
        raise ValueError(f"table {number}: expected {len(given)} lines as in English, got "
                         f"{len(rows)}; add or delete rows by hand, then run this again")
    return "\n".join(row(number, *both) for both in zip(rows, given)) + "\n"


def row(number: int, theirs: str, ours: str) -> str:
    cells, given = (re.split(r"(?<!\\)\|", line) for line in (theirs, ours))
    if len(cells) != len(given):
        raise ValueError(f"table {number}: expected {len(given) - 2} cells, got {theirs}")
    return "|".join(cell(number, *both) for both in zip(cells, given))


def cell(number: int, theirs: str, ours: str) -> str:
    old, new = NUMBER.findall(theirs), NUMBER.findall(ours)
    if sorted(old) == sorted(new):
        return theirs
    if not HAN.search(theirs):
        return ours
    if len(old) == len(new) == 1:
        return NUMBER.sub(new[0], theirs)
    raise ValueError(f"table {number}: {theirs.strip()} is now {ours.strip()}; change it by hand")


def main(arguments: list[str]) -> int:
    place, failed = here(), 0
    for name in arguments:
        page = Path(name).resolve()
        path = page.relative_to(place.root).as_posix()
        try:
            source = (place.root / english(path, place)).read_text("utf-8")
            write_atomically(page, carried(page.read_text("utf-8"), source))
        except ValueError as error:
            print(f"{path}: {error}", file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
