"""The folder of a search, which lies among the runs:

    search.yaml     what is searched: the command, its settings, the space
    study.db        all trials, in SQLite, as Optuna writes them
    trials/0003     the run of a trial; the model of the best one is kept
    best.yaml       the settings of the best trial; it works as --config
    search.png      how the search went, and which settings mattered

The same command finds its folder again, and goes on. Several processes may work in one folder:
a file lock lets one at a time into the books, and each trial holds a lock of its own, which the
system opens where its process dies.
"""
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock

from ..io.atomic_folder import remove_folder
from ..io.files import write_atomically
from ..io.shell_words import shell_word
from ..io.text_files import read_text

__all__ = ["SearchFolder"]

HEAVY = ("checkpoints", "best", "adapter")      # what a trial's folder holds of a model


class SearchFolder:
    """The places in it."""

    def __init__(self, path: Path):
        self.path = path
        self.database = path / "study.db"
        self.trials = path / "trials"
        self.best = path / "best.yaml"
        self.plot = path / "search.png"
        self.lock = FileLock(path / ".lock")

    def __str__(self) -> str:
        return self.path.as_posix()

    @classmethod
    def find_or_make(cls, runs: str, name: str, settings: Mapping[str, Any]
                     ) -> tuple["SearchFolder", bool]:
        """-> the folder of the search of these settings, and whether it is new

        Parameters
        ----------
        runs : str
            The folder of runs.
        name : str
            Of the search's folder there; "" = the one that has these settings, or else the
            next free of search-1, search-2, ...

        Raises
        ------
        FileExistsError
            Where there is another search, or something else, of that name.
        OSError
            Where it cannot be written.
        """
        parent = Path(runs)
        try:
            parent.mkdir(parents=True, exist_ok=True)
            with FileLock(parent / ".search.lock"):
                for path in [parent / name] if name else sorted(parent.glob("search-*")):
                    if path.exists() and (there := settings_of(path)) == dict(settings):
                        return cls(path), False
                    if name and path.exists():
                        raise FileExistsError(
                            f"{path.as_posix()} exists already, and {difference(there, settings)}"
                            "; choose another --name, or delete it")
                folder = cls(parent / name if name else next(
                    path for number in itertools.count(1)
                    if not (path := parent / f"search-{number}").exists()))
                folder.trials.mkdir(parents=True)
                write_atomically(folder.path / "search.yaml", yaml.safe_dump(
                    dict(settings), sort_keys=False, allow_unicode=True))
                return folder, True
        except FileExistsError:
            raise
        except OSError as problem:
            raise OSError(f"searches cannot be written to {parent} ({problem.strerror}); choose "
                          "another --folder") from problem

    def trial(self, number: int) -> Path:
        return self.trials / f"{number:04d}"

    def lock_of(self, number: int) -> FileLock:
        """Held by the process that is at work on the trial."""
        return FileLock(self.trials / f".{number:04d}.lock", timeout=0)

    def make_room(self, best: int | None, running: set[int]) -> None:
        """Take away the models of the trials that are neither the best nor at work."""
        for path in self.trials.iterdir():
            if path.name.isdecimal() and int(path.name) not in {best, *running}:
                for name in HEAVY:
                    remove_folder(path / name)


def settings_of(path: Path) -> dict[str, Any]:
    """What search.yaml says; nothing where there is none."""
    file = path / "search.yaml"
    content = yaml.safe_load(read_text(file)) if file.is_file() else None
    return content if isinstance(content, dict) else {}


def difference(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """The first thing in which two searches differ, in words."""
    if not there:
        return "is no search"
    then, now = flat(there), flat(wanted)
    for name in dict.fromkeys([*now, *then]):
        if then.get(name) != now.get(name):
            return (f"its search has {name} {shell_word(str(then.get(name, '(nothing)')))}, this "
                    f"one {shell_word(str(now.get(name, '(nothing)')))}")
    return "is another search"


def flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in content.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found
