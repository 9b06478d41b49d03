"""Check a learner's file in a process of its own, which is given so much time."""
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ..io.scratch import scratch_folder
from .exercise import Exercise
from .verdict import Verdict
from .words import said

__all__ = ["SECONDS", "Checked", "check_file"]

SECONDS = 60.0
LATER = 20.0    # for the process to start, and to end
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Checked(Verdict):
    """A verdict, and what the learner's file printed meanwhile."""

    printed: str = ""


def check_file(exercise: Exercise, file: Path, language: str = "en",
               seconds: float = SECONDS) -> Checked:
    """Run the judge of an exercise on a file.

    Parameters
    ----------
    seconds
        After so many it is stopped, and the line that it was at is named.
    """
    file = file.resolve()
    if not file.is_file():
        return Checked("error", [said("no file", language, path=file, name=exercise.name)])
    with scratch_folder() as folder:
        result, printed = folder / "verdict.json", folder / "printed.txt"
        with printed.open("wb") as out:
            done = subprocess.Popen(
                [sys.executable, "-P", "-m", "twinformer.exercises.child", exercise.name,
                 str(file), language, str(seconds), str(result)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE,
                env=environment(), cwd=file.parent)
            try:
                _, errors = done.communicate(timeout=seconds + LATER)
            except subprocess.TimeoutExpired:
                done.kill()
                _, errors = done.communicate()
        text = errors.decode("utf-8", "replace")
        if result.exists():
            checked = Checked(**json.loads(result.read_text(encoding="utf-8")))
        else:
            checked = ended(text, done.returncode, file, seconds, language)
        checked.printed = printed.read_text(encoding="utf-8", errors="replace")
    return checked


def environment() -> dict[str, str]:
    """That of this process; the packages are found where this one has them."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8",
            "PYTHONDONTWRITEBYTECODE": "1"}


def ended(errors: str, code: int, file: Path, seconds: float, language: str) -> Checked:
    """A verdict where the process left none."""
    if "Timeout (" in errors or code is None or code < 0:
        return Checked("timeout", [said("timeout", language, seconds=f"{seconds:g}",
                                        where=place_of(errors, file, language))])
    last = errors.strip().splitlines()[-1:] or [""]
    return Checked("error", [said("died", language, code=code,
                                  said=f": {last[0]}" if last[0] else "")])


def place_of(errors: str, file: Path, language: str) -> str:
    """The line of the learner's file that a traceback of faulthandler names."""
    for name, line in re.findall(r'File "(.*?)", line (\d+)', errors):
        if Path(name).name == file.name:
            lines = file.read_text(encoding="utf-8").splitlines()
            return said("at line", language, line=line, code=lines[int(line) - 1].strip())
    return ""
