"""What was made: the records, and beside them what they were made with.

    FILE                  the records: JSON lines, or a list in a .json file
    FILE.log              every answer, the moment it came: answer_log.py
    FILE.manifest.json    models, settings, digests and counts; no key

The log is what counts: the two others follow from it, and are written whole
or not at all.
"""
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..endpoints.answer_log import AnswerLog
from ..io.files import write_atomically
from ..io.strict_json import json_text
from ..io.text_files import json_list
from .manifest import digest_of

__all__ = ["Output", "log_path"]


def log_path(path: Path) -> Path:
    """Where the answers of a file are kept."""
    return path.with_name(f"{path.name}.log")


class Output:
    """A file of records, which this command alone changes.

    Parameters
    ----------
    path : Path
    log : AnswerLog
        Of this file; no other program has it open.

    Raises
    ------
    FileExistsError
        Where something else is at the path, or someone changed it.
    """

    def __init__(self, path: Path, log: AnswerLog):
        self.path, self.log = path, log
        self.manifest = path.with_name(f"{path.name}.manifest.json")
        if path.exists() and not log.get(mark(path.read_bytes())):
            raise FileExistsError(
                f"{path} exists already, and is not as this command left it; "
                "choose another --out, or delete it")

    def write(self, records: Sequence[dict[str, Any]],
              about: dict[str, Any]) -> None:
        """Records, and what the manifest is to say about them."""
        content = text_of(records, self.path.suffix == ".json").encode()
        if not self.log.get(mark(content)):     # before: a kill may follow
            self.log.add(mark(content), {"records": len(records)})
        write_atomically(self.path, content)
        write_atomically(self.manifest, json_text(
            {"format": "twinformer synthetic data 1", **about,
             "file": {"name": self.path.name, "records": len(records),
                      "sha256": digest_of(content)}},
            indent=1, ensure_ascii=False) + "\n")

    def count(self) -> int:
        """How many records are there."""
        return len(json_list(self.path)) if self.path.exists() else 0


def text_of(records: Sequence[dict[str, Any]], as_list: bool) -> str:
    if as_list:
        return json_text(list(records), indent=1, ensure_ascii=False) + "\n"
    return "".join(json_text(record, ensure_ascii=False) + "\n"
                   for record in records)


def mark(content: bytes) -> str:
    """The key under which the log knows that it was written."""
    return f"written {digest_of(content)}"
