"""The checkpoints of a run: everything it needs to go on as if it had never
stopped.

    step-000200/        each whole or not there at all
    step-000400/        the last two are kept

What is in each of these folders: checkpoint_files.py.
"""
import re
from dataclasses import replace
from pathlib import Path

from ..io.atomic_folder import new_folder, remove_folder
from ..io.sealed_files import DamagedFile
from .checkpoint_files import (
    Checkpoint, checkpoint_of, is_sharded, read_content, read_files,
    write_files,
)

__all__ = ["Checkpoint", "checkpoints_in", "drop_all_but", "last_good",
           "load_checkpoint", "load_for_ranks", "replace_checkpoint",
           "save_checkpoint", "set_aside_after", "step_of"]


def checkpoints_in(folder: Path) -> list[Path]:
    """The finished checkpoints of a run, oldest first."""
    found = [path for path in folder.glob("step-*") if step_of(path) >= 0]
    return sorted(found, key=step_of)


def last_good(folder: Path) -> str:
    """What somebody whose run failed wants to know."""
    found = checkpoints_in(folder)
    return (f"the last good checkpoint is {found[-1]}" if found
            else "there is no checkpoint yet")


def step_of(path: Path) -> int:
    """step-000200 -> 200, and -1 for anything else."""
    found = re.fullmatch(r"step-(\d{6,})", path.name)
    return int(found[1]) if found else -1


def save_checkpoint(
    folder: Path, checkpoint: Checkpoint, keep: int = 2, shards: int = 0
) -> Path:
    """Write a checkpoint below folder and drop all but the last ``keep``.

    Parameters
    ----------
    folder : Path
    checkpoint : Checkpoint
    keep : int
    shards : int
        Files to cut the tensors into, for as many ranks to read; 0 = one
        file, whole.

    Raises
    ------
    OSError
        Where the disk is full or refuses: the earlier checkpoints are
        untouched and nothing half-written is left.
    """
    target = folder / f"step-{checkpoint.step:06d}"
    try:
        with new_folder(target) as draft:
            write_files(draft, checkpoint, shards)
    except OSError as problem:
        raise OSError(f"{target} could not be written: "
                      f"{problem.strerror or problem}") from problem
    drop_all_but(keep, folder)
    return target


def replace_checkpoint(path: Path, checkpoint: Checkpoint,
                       shards: int) -> None:
    """Write a checkpoint anew, in so many files, in the place of the one that
    it was read from.

    The old one bears the name set-aside-... while the new one takes its
    place, and is deleted then: a kill leaves one of them, whole.

    Raises
    ------
    OSError
        Where the disk is full or refuses; the old one is as it was.
    """
    aside = path.with_name(f"set-aside-{path.name}")
    try:
        with new_folder(path.with_name(f"new-{path.name}")) as draft:
            write_files(draft, checkpoint, shards)
    except OSError as problem:
        raise OSError(f"{path} could not be written anew: "
                      f"{problem.strerror or problem}") from problem
    remove_folder(aside)
    path.rename(aside)
    path.with_name(f"new-{path.name}").rename(path)
    remove_folder(aside)


def drop_all_but(keep: int, folder: Path) -> None:
    """Delete the oldest checkpoints in folder."""
    for old in checkpoints_in(folder)[:-keep]:
        remove_folder(old)


def set_aside_after(folder: Path, step: int) -> None:
    """Rename the checkpoints later than step; a resumed run writes anew."""
    for path in checkpoints_in(folder):
        if step_of(path) > step:
            aside = path.with_name(f"set-aside-{path.name}")
            remove_folder(aside)
            path.rename(aside)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read one checkpoint and prove that it is what was written.

    Parameters
    ----------
    path : Path
        A folder that ``save_checkpoint`` returned.

    Raises
    ------
    FileNotFoundError
        Where one of its files is missing.
    ValueError
        For damage, with what and where and the way out; for checkpoints
        of another version.
    """
    try:
        return read_files(path)
    except (DamagedFile, FileNotFoundError) as problem:
        earlier = [other for other in checkpoints_in(path.parent)
                   if step_of(other) < step_of(path)]
        if not earlier or not is_whole(earlier[-1]):
            raise
        kind = (ValueError if isinstance(problem, DamagedFile)
                else FileNotFoundError)
        raise kind(f"{problem}; the checkpoint before it is whole: "
                   f"{earlier[-1]}") from problem


def load_for_ranks(path: Path) -> Checkpoint:
    """A checkpoint that several ranks go on from: of a sharded one all but
    the tensors. Errors as of ``load_checkpoint``."""
    content = read_content(path)
    if is_sharded(content):
        return replace(checkpoint_of(path, content, {}), path=path)
    return load_checkpoint(path)


def is_whole(path: Path) -> bool:
    try:
        read_files(path)
    except (OSError, ValueError):
        return False
    return True
