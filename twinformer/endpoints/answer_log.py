"""Answers that were paid for, kept on the disk: one JSON object a line.

Each line is forced to the disk before the next question is asked. A run that
is interrupted, by whatever, finds its answers again; so does the next run
that asks the same model the same question. A line that was cut off is left
out; nothing that is in the file is ever changed. Several threads may share a
log, two programs may not.
"""
import hashlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..io.strict_json import json_text

__all__ = ["AnswerLog", "question_key"]


def question_key(**about: Any) -> str:
    """A digest of all that an answer depends on: model, address, prompt ..."""
    text = json.dumps(about, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class AnswerLog:
    """The answers in a file; use it in a ``with`` statement.

    Parameters
    ----------
    path : Path
        Made where it is missing.
    option : str
        Where the user can name another file.

    Attributes
    ----------
    damaged : int
        Lines that could not be read.

    Raises
    ------
    ValueError
        Where another program is writing to it.
    OSError
        Where it cannot be written.
    """

    def __init__(self, path: str | Path, option: str = "--cache"):
        from filelock import FileLock, Timeout

        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = FileLock(self.path.with_name(f".{self.path.name}.lock"))
        try:
            self.lock.acquire(timeout=0)
        except Timeout:
            raise ValueError(f"another program is writing to {path}; wait "
                             f"for it, or name another {option}") from None
        self.damaged, self.turn = 0, threading.Lock()
        self.records: dict[str, dict[str, Any]] = {}
        # Unbuffered: a line is in the file, or there was an error
        self.file = open(self.path, "ab+", buffering=0)
        self.file.seek(0)
        self.read(self.file.read())

    def read(self, content: bytes) -> None:
        for line in content.split(b"\n"):
            try:
                record = json.loads(line)
                self.records[record["key"]] = record
            except (ValueError, KeyError, TypeError):
                self.damaged += bool(line.strip())
        if content and not content.endswith(b"\n"):
            self.write(b"\n")   # ends the line that a kill cut off

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.file.close()
        self.lock.release()

    def get(self, key: str) -> dict[str, Any] | None:
        """The last record of a question, None where it was never answered."""
        return self.records.get(key)

    def add(self, key: str, record: Mapping[str, Any]) -> None:
        """Keep a record; it is on the disk when this returns."""
        record = {"key": key, **record}
        line = json_text(record, ensure_ascii=False)
        with self.turn:
            self.records[key] = record
            self.write(line.encode("utf-8", "replace") + b"\n")
            os.fsync(self.file.fileno())

    def write(self, line: bytes) -> None:
        left = memoryview(line)
        while left:             # a nearly full disk takes a part
            left = left[self.file.write(left):]
