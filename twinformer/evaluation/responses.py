"""Answers to instructions, in the book's format."""
from pathlib import Path
from typing import Any, NamedTuple

from ..io.text_files import json_list

__all__ = ["Response", "read_responses"]


class Response(NamedTuple):
    """A task, the answer that was expected, and the one that came."""

    instruction: str
    input: str
    output: str
    response: str


def read_responses(path: str | Path,
                   field: str = "model_response") -> list[Response]:
    """The book's format: a JSON list of objects with instruction, input,
    output and an answer; or one such object a line (.jsonl).

    Parameters
    ----------
    field
        Which field holds the answers.

    Raises
    ------
    ValueError
        Where the file is no such list, or an entry lacks a text.
    """
    entries = json_list(path, "answers")
    if not entries:
        raise ValueError(f"{path}: expected a list of answers, got none")
    return [response_of(entry, field, f"{path}, entry {number}")
            for number, entry in enumerate(entries)]


def response_of(entry: Any, field: str, where: str) -> Response:
    if not isinstance(entry, dict):
        raise ValueError(f"{where}: expected an object, got {entry!r:.80}")
    optional = {"instruction": "", "input": ""}     # left out, or null
    entry = optional | {name: value for name, value in entry.items()
                        if value is not None or name not in optional}
    for name in ("instruction", "input", "output", field):
        if not isinstance(entry.get(name), str):
            texts = [key for key, value in entry.items()
                     if isinstance(value, str)]
            hint = "; choose one with --response" if name == field else ""
            raise ValueError(f"{where}: expected a text {name!r}, found "
                             f"{', '.join(texts)}{hint}")
    return Response(*(entry[name] for name in (
        "instruction", "input", "output", field)))
