"""A run's folder: everything about one training run, side by side.

    config.yaml     the resolved config
    checkpoints/    step-000200, step-000400, ...: the last two
    best/           after finetuning: the best model of all evaluations
    metrics.jsonl, timing.jsonl, samples.txt, loss.png

An existing folder is never written to, unless the run in it is resumed.
"""
import itertools
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from ..io.files import write_atomically
from ..io.shell_words import shell_word
from ..ranks import current_ranks
from .checkpoint import (
    Checkpoint, checkpoints_in, load_checkpoint, load_for_ranks, set_aside_after,
)
from ..configs.run_config import RunConfig
from .run_names import find_run, runs_there

__all__ = ["RunFolder", "best_checkpoint", "checkpoint_to_resume", "newest_checkpoint",
           "newest_path"]


class RunFolder:
    """The places in a run's folder."""

    def __init__(self, path: Path):
        self.path = path
        self.checkpoints = path / "checkpoints"
        self.best = path / "best"
        self.plot = path / "loss.png"

    def __str__(self) -> str:
        return self.path.as_posix()

    @classmethod
    def claim(cls, config: RunConfig, kind: str = "run") -> "RunFolder":
        """Make the folder of a new run, at once: no other run takes it.

        Use it in a ``with``, which takes the folder away again if nothing
        was written into it. Where torchrun has started the ranks again, it is
        the one that they had before.

        Parameters
        ----------
        config
            Anything with a ``name`` and a ``folder``.
        kind
            A run without a name is called kind-1, kind-2, ...

        Raises
        ------
        FileExistsError
            Where there is something of that name.
        OSError
            Where it cannot be written.
        """
        ranks, parent = current_ranks(), Path(config.folder)
        names = [config.name] if config.name else (
            f"{kind}-{number}" for number in itertools.count(1))

        def claimed() -> str:
            path = ranks.remembered() or (
                parent / new_folder_of(parent, names)).as_posix()
            ranks.remember(path)
            return path

        return cls(Path(ranks.first_does(claimed)))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if current_ranks().first:
            with suppress(OSError):     # there is something in it
                self.path.rmdir()

    def write_config(self, settings: Mapping[str, Any]) -> None:
        """config.yaml: the resolved settings; it works as ``--config``. Of
        several ranks, the first one writes it."""
        if not current_ranks().first:
            return
        text = yaml.safe_dump(dict(settings), sort_keys=False,
                              allow_unicode=True)
        write_atomically(self.path / "config.yaml", text)

    def rewind_to(self, checkpoint: Checkpoint) -> None:
        """Put later checkpoints aside; the run goes on from this one. Of
        several ranks, the first one does."""
        if not current_ranks().first:
            return
        for folder in (self.checkpoints, self.best):
            set_aside_after(folder, checkpoint.step)


def new_folder_of(parent: Path, names: Iterable[str]) -> str:
    """Make the first folder of these names that is not there; its name."""
    name = ""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for name in names:
            with suppress(FileExistsError):
                (parent / name).mkdir()
                return name
    except OSError as problem:
        raise OSError(
            f"runs cannot be written to {parent} ({problem.strerror}); "
            "choose another --folder") from problem
    path = parent / name
    raise FileExistsError(
        f"{path} exists already; go on with it (--resume "
        f"{shell_word(path)}), choose another --name, or delete it")


def checkpoint_to_resume(path: Path) -> tuple[RunFolder, Checkpoint]:
    """As ``newest_checkpoint``; of several ranks all get the one that the
    first finds. Where ranks wrote it, each will read its own part: they get
    it without the tensors."""
    ranks = current_ranks()
    newest = Path(ranks.first_does(lambda: newest_path(path).as_posix()))
    run = RunFolder(newest.parent.parent)
    ranks.remember(run.path.as_posix())
    return run, (load_checkpoint(newest) if ranks.size == 1
                 else load_for_ranks(newest))


def newest_checkpoint(path: Path) -> tuple[RunFolder, Checkpoint]:
    """The run and the checkpoint that a path means.

    Parameters
    ----------
    path : Path
        A run's folder or name (its newest checkpoint), or one checkpoint in it.

    Raises
    ------
    FileNotFoundError
        Where there is no run, or no checkpoint in it yet.
    ValueError
        Where the checkpoint is damaged.
    """
    path = newest_path(path)
    return RunFolder(path.parent.parent), load_checkpoint(path)


def newest_path(path: Path) -> Path:
    """The folder of the checkpoint that ``newest_checkpoint`` reads."""
    path = find_run(path)
    if (path / "checkpoint.json").exists() or path.name.startswith("step-"):
        return path
    run = RunFolder(path)
    found = checkpoints_in(run.checkpoints)
    if not found:
        raise FileNotFoundError(
            f"there is no checkpoint in {run.checkpoints}; the run stopped "
            f"before its first one, or {path} is not a run's folder; "
            f"{runs_there()}")
    return found[-1]


def best_checkpoint(path: Path) -> tuple[RunFolder, Checkpoint]:
    """As ``newest_checkpoint``, but the best one of a finetuned run."""
    path = find_run(path)
    found = checkpoints_in(RunFolder(path).best)
    if not found:
        return newest_checkpoint(path)
    return RunFolder(path), load_checkpoint(found[-1])
