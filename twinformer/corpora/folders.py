"""The files of a folder that are read, and what is said about the others.

A folder of somebody's texts holds pictures, a licence, a PDF, a table too.
Nobody wants to learn them, nor to be stopped by them; but to be told.
"""
import re
from collections.abc import Callable
from pathlib import Path

from ..io.foreign_files import foreign_file
from ..io.paths import shown_name
from ..io.tables.reading import SPREADSHEETS
from .readers import ENDINGS, ReadOptions, read_passages
from .standard_library import visible_files
from .text_blocks import COMPRESSED, beginning, is_text
from .text_fields import NoSuchField, plain_path

__all__ = ["readable_files"]

LICENCE = re.compile(
    r"(un)?licen[cs]es?|copying|notices?|copyright|许可证")
OF_LICENCES = re.compile(
    r"([-_. ]?(mit|bsd|apache|[al]?gpl|mpl|cc\w*|psf|isc|ofl|zlib|lesser|lib"
    r"|third.party|txt|md|rst|v?\d+|clause))*")
SHOWN = 5       # names of a kind


def readable_files(folder: Path, text_field: str,
                   note: Callable[[str], None]) -> list[tuple[str, Path]]:
    """(name below the folder, file) of all that hold text, to the bottom.

    Raises ValueError, with what there is instead, where none does.
    """
    kept: list[tuple[str, Path]] = []
    left: dict[str, list[str]] = {}
    for file in visible_files(folder):
        name = shown_name(file.relative_to(folder).as_posix())
        if reason := why_left_out(file, text_field):
            left.setdefault(reason, []).append(name)
        else:
            kept.append((name, file))
    described = "; ".join(
        f"{', '.join(names[:SHOWN])}"
        f"{f' and {len(names) - SHOWN} more' if names[SHOWN:] else ''} "
        f"({reason})" for reason, names in left.items())
    if not kept:
        count = sum(map(len, left.values()))
        raise ValueError(
            f"{shown_name(folder)} has {count} files, none of which is read"
            f"{f': {described}' if left else ''}; expected "
            f"{', '.join(ENDINGS)} or other text, plain or with "
            f"{' or '.join(COMPRESSED)}")
    if left:
        note(f"passed over in {shown_name(folder)}: {described}")
    return kept


def why_left_out(file: Path, text_field: str) -> str:
    """Why nothing is to be learned from a file; "" = it is text."""
    plain = plain_path(file).name.lower()
    if is_licence(plain):
        return "a licence"
    try:
        if foreign := foreign_file(file.name, beginning(file)):
            return ": ".join(filter(None, foreign))
        if plain.endswith(ENDINGS):
            return ""
        if not is_text(file):
            return "no text"
        if plain.endswith((*SPREADSHEETS, ".json")):
            next(read_passages(file, plain, ReadOptions(
                text_field=text_field)), None)
    except NoSuchField as problem:
        return str(problem).partition(": ")[2] or str(problem)
    except ValueError:      # its compression is damaged, or is none
        return "" if plain.endswith(ENDINGS) else "no text"
    return ""


def is_licence(name: str) -> bool:
    """LICENSE, COPYING.LESSER, license-mit.txt; not license.py"""
    found = LICENCE.match(name)
    return found is not None and bool(
        OF_LICENCES.fullmatch(name[found.end():]))
