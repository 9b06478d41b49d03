"""Labelled texts as JSON: chats, and labels that are numbers.

In a chat the user's message is the text, and the assistant's the label, as
OpenAI's files for finetuning a classifier have it.
"""
from typing import Any

from ..corpora.task_entries import CHATS, task_of

__all__ = ["chat_row", "label_text"]


def chat_row(entry: dict[str, Any], where: str) -> dict[str, Any]:
    """A row of a table: of a chat, what was said; else the object as it is."""
    if any(isinstance(entry.get(name), list) for name in CHATS):
        said = task_of(entry, where)
        return {"text": said.instruction, "label": said.output}
    return entry


def label_text(label: str) -> str:
    """A label as all files write it: pandas makes 1.0 of 1 where one row of
    the column is empty."""
    label = label.strip()
    whole, dot, zeros = label.partition(".")
    digits = whole.removeprefix("-")
    return whole if (dot and digits.isascii() and digits.isdecimal()
                     and zeros and not zeros.strip("0")) else label
