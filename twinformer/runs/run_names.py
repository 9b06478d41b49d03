"""Which run a word means, which runs there are, and which command made one.

``run-1``, ``runs/run-1`` and ``/home/me/runs/run-1`` are the same run to every
command; ``run-1/checkpoints/step-000200`` is one checkpoint of it.
"""
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ..io.text_files import read_text

__all__ = ["command_of", "find_run", "is_run", "run_folder_of", "runs_there"]

RUNS = "runs"       # where runs are kept, if nobody says otherwise
MOST_NAMES = 8      # of runs in a message

# A section of config.yaml -> the command whose settings have it
COMMANDS = {"instructions": "instruct", "preferences": "dpo", "classification": "classify",
            "training": "train"}


def find_run(name: str | Path, folder: str | Path = RUNS) -> Path:
    """The path of a run or checkpoint that was named.

    Parameters
    ----------
    name
        A path, or a name in the folder of runs.
    folder
        Where runs are kept.

    Raises
    ------
    FileNotFoundError
        Where there is none; the message lists those that there are.
    """
    given = Path(name).expanduser()
    below = Path(folder) / given
    found = [path for path in (given, below) if path.is_dir()]
    runs = [path for path in found if is_run(path)]
    if found:
        return (runs or found)[0]
    raise FileNotFoundError(f"there is no run at {name}; {runs_there(folder)}")


def is_run(path: Path) -> bool:
    """Whether this is the folder of a run, or of one of its checkpoints."""
    return (path / "checkpoint.json").exists() or (path / "checkpoints").is_dir()


def runs_there(folder: str | Path = RUNS) -> str:
    """The newest runs in a folder, in words."""
    folder = Path(folder)
    try:
        runs = [path for path in folder.iterdir() if (path / "checkpoints").is_dir()]
    except OSError:
        runs = []
    if not runs:
        return (f"there are no runs in {folder.as_posix()}/ yet (twinformer train makes one); "
                "expected a run's name or its folder")
    runs.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    names = [path.name for path in runs[:MOST_NAMES]]
    more = f" and {len(runs) - MOST_NAMES} more" if len(runs) > MOST_NAMES else ""
    return f"the runs in {folder.as_posix()}/ are {', '.join(names)}{more}"


def run_folder_of(path: Path) -> Path:
    """The folder of the run that a path into it belongs to."""
    for folder in (path, *path.parents[:2]):
        if (folder / "checkpoints").is_dir():
            return folder
    return path


def command_of(settings: Mapping[str, Any]) -> str | None:
    """The command whose run has these settings in its config.yaml."""
    return next((command for section, command in COMMANDS.items() if section in settings), None)


def settings_in(folder: Path) -> dict[str, Any]:
    """What a run's config.yaml says; nothing where there is none."""
    path = folder / "config.yaml"
    content = yaml.safe_load(read_text(path)) if path.is_file() else None
    return content if isinstance(content, dict) else {}
