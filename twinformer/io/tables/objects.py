"""A table as JSON: a list of objects, or one a line, whatever the file's name."""
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..text_files import json_lines, looks_like_json
from ..strict_json import json_text

__all__ = ["as_it_is", "cell_text", "object_rows"]


def as_it_is(entry: dict[str, Any], where: str) -> dict[str, Any]:
    return entry


def object_rows(path: Path, text: str, row: Callable = as_it_is
                ) -> list[tuple[int, dict[str, Any]]]:
    """(number, object) of each row: of the line, or of the place in a list.

    row : what becomes of an object, told where it stands

    Raises
    ------
    ValueError
        For what is no JSON, or not made of objects.
    """
    rows = []
    for number, entry in numbered(path, text):
        where = f"{path}, entry {number}"
        if not isinstance(entry, dict):
            raise ValueError(
                f"{where}: expected an object such as "
                f'{{"label": "spam", "text": "..."}}, got {entry!r:.80}')
        rows.append((number, row(entry, where)))
    return rows


def numbered(path: Path, text: str) -> list[tuple[int, Any]]:
    """The values, whatever the file is called."""
    try:
        content = json.loads(text)
    except ValueError as problem:
        if path.suffix.lower() == ".json" and not looks_like_json(text):
            raise ValueError(f"{path} is not JSON: {problem}") from None
        return list(json_lines(text, str(path)))
    return list(enumerate(
        content if isinstance(content, list) else [content], 1))


def cell_text(value) -> str:
    """A JSON value as a cell: 1 and "1" are the same label."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)      # 1.0 is 1, too
    return value if isinstance(value, str) else json_text(
        value, ensure_ascii=False)
