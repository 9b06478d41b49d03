"""What a run writes down while it goes on.

    metrics.jsonl   losses, learning rate, gradient norm: nothing that
                    depends on the machine's speed, so that a resumed run
                    writes the same bytes
    timing.jsonl    seconds and tokens per second
    samples.txt     what the model wrote at each evaluation

Each line is complete when it is written. A checkpoint records the sizes;
resuming cuts the logs back to them.
"""
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..io.strict_json import json_text

__all__ = ["Logs", "NoLogs", "read_lines", "read_metrics"]

NAMES = ("metrics.jsonl", "timing.jsonl", "samples.txt")


class Logs:
    """The open logs of a run; use it in a ``with`` statement.

    Parameters
    ----------
    folder : Path
        The run's folder.
    sizes : dict of str to int, optional
        What ``sizes()`` gave at the checkpoint from which the run goes on.
    """

    def __init__(self, folder: Path, sizes: Mapping[str, int] | None = None):
        self.files = {}
        self.cut = False    # whether there was more
        for name in NAMES:
            # Unbuffered: a line is in the file, or there was an error
            self.files[name] = open(folder / name, "ab", buffering=0)
            size = (sizes or {}).get(name, 0)
            if self.files[name].tell() > size:
                self.files[name].truncate(size)
                self.cut = True

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for file in self.files.values():
            file.close()

    def metrics(self, **record: Any) -> None:
        self.write("metrics.jsonl", json_line(record))

    def timing(self, **record: Any) -> None:
        self.write("timing.jsonl", json_line(record))

    def sample(self, step: int, text: str) -> None:
        self.write("samples.txt", f"=== step {step} ===\n{text}\n\n")

    def write(self, name: str, text: str) -> None:
        content = memoryview(text.encode("utf-8", "replace"))
        try:
            while content:  # a nearly full disk takes a part
                content = content[self.files[name].write(content):]
        except OSError as problem:
            raise OSError(f"{self.files[name].name} could not be written: "
                          f"{problem.strerror}") from problem

    def sizes(self) -> dict[str, int]:
        """Bytes in each log, all of them safely on the disk."""
        for file in self.files.values():
            os.fsync(file.fileno())
        return {name: file.tell() for name, file in self.files.items()}


class NoLogs:
    """Of a process that writes none; another one does."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def metrics(self, **record: Any) -> None:
        """Nothing."""

    def timing(self, **record: Any) -> None:
        """Nothing."""

    def sample(self, step: int, text: str) -> None:
        """Nothing."""

    def sizes(self) -> dict[str, int]:
        """Of no file."""
        return {}


def json_line(record: Mapping[str, Any]) -> str:
    """One line; null for NaN and the infinities, which JSON does not know."""
    return json_text(record) + "\n"


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """The records of metrics.jsonl; a line cut off by a kill is left out."""
    return read_lines(folder / "metrics.jsonl")


def read_lines(file: Path) -> list[dict[str, Any]]:
    """The records of a log of JSON lines, but for a line that is cut off."""
    text = file.read_text(encoding="utf-8")
    whole = text[:text.rfind("\n") + 1]
    return [json.loads(line) for line in whole.splitlines()]
