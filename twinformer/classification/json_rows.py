"""Labelled texts as JSON: a list of objects, or one a line; chats, too.

In a chat the user's message is the text, and the assistant's the label, as
OpenAI's files for finetuning a classifier have it.
"""
import json
from pathlib import Path
from typing import Any

from ..corpora.task_entries import CHATS, task_of
from ..io.text_files import json_lines, looks_like_json

__all__ = ["json_rows", "label_text"]


def json_rows(path: Path, text: str) -> list[tuple[int, dict[str, Any]]]:
    """(number, object) of each row: of the line, or of the place in a list.

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
        if any(isinstance(entry.get(name), list) for name in CHATS):
            said = task_of(entry, where)
            entry = {"text": said.instruction, "label": said.output}
        rows.append((number, entry))
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


def label_text(label: str) -> str:
    """A label as all files write it: pandas makes 1.0 of 1 where one row of
    the column is empty."""
    label = label.strip()
    whole, dot, zeros = label.partition(".")
    digits = whole.removeprefix("-")
    return whole if (dot and digits.isascii() and digits.isdecimal()
                     and zeros and not zeros.strip("0")) else label
