"""What was made: the records, and beside them what they were made with.

    FILE                  the records: JSON lines, or a list in a .json file
    FILE.log              every answer, the moment it came: answer_log.py
    FILE.manifest.json    models, settings, digests and counts; no key

The log is what counts: the two others follow from it, and are written whole
or not at all.
"""
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..endpoints.answer_log import AnswerLog
from ..io.files import write_atomically
from ..io.strict_json import json_text
from ..io.text_files import json_list
from .manifest import digest_of

__all__ = ["Output", "log_path"]

# What has to be the same where a file is gone on with
DECIDING = [("made_by",), ("model", "model"), ("judge", "model"),
            ("settings", "language"), ("settings", "seed"), ("seeds", "file"),
            ("tasks", "file")]


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
    about : dict
        What the manifest is to say of models and settings.

    Raises
    ------
    FileExistsError
        Where something else is at the path, someone changed it, or it was
        made by another model or from something else.
    """

    def __init__(self, path: Path, log: AnswerLog, about: dict[str, Any]):
        self.path, self.log, self.about = path, log, about
        self.manifest = path.with_name(f"{path.name}.manifest.json")
        if path.exists() and not log.get(mark(path.read_bytes())):
            raise FileExistsError(
                f"{path} exists already, and is not as this command left it; "
                "choose another --out, or delete it")
        if path.exists():
            self.check_same()

    def check_same(self) -> None:
        """More of the same may be made, and other settings tried; what is
        something else has a file of its own."""
        try:
            before = json.loads(self.manifest.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return      # killed before it was there
        for names in DECIDING:
            was, is_now = (entry(about, names)
                           for about in (before, self.about))
            if was != is_now:
                raise FileExistsError(
                    f"{self.path} was made with {' '.join(names)} {was!r}, "
                    f"not {is_now!r}; choose another --out, or delete it")

    def write(self, records: Sequence[dict[str, Any]],
              counts: dict[str, Any]) -> None:
        """Records, and how many of what was dropped on the way."""
        content = text_of(records, self.path.suffix == ".json").encode()
        if not self.log.get(mark(content)):     # before: a kill may follow
            self.log.add(mark(content), {"records": len(records)})
        write_atomically(self.path, content)
        write_atomically(self.manifest, json_text(
            {"format": "twinformer synthetic data 1", **self.about, **counts,
             "file": {"name": self.path.name, "records": len(records),
                      "sha256": digest_of(content)}},
            indent=1, ensure_ascii=False) + "\n")

    def count(self) -> int:
        """How many records are there."""
        return len(json_list(self.path)) if self.path.exists() else 0


def entry(about: Any, names: Sequence[str]) -> Any:
    """A manifest's entry, of several names one in the other; None if none."""
    for name in names:
        about = about.get(name) if isinstance(about, dict) else None
    return about


def text_of(records: Sequence[dict[str, Any]], as_list: bool) -> str:
    if as_list:
        return json_text(list(records), indent=1, ensure_ascii=False) + "\n"
    return "".join(json_text(record, ensure_ascii=False) + "\n"
                   for record in records)


def mark(content: bytes) -> str:
    """The key under which the log knows that it was written."""
    return f"written {digest_of(content)}"
