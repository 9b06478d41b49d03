"""Checkpoints: everything a run needs to go on as if it had never stopped.

One checkpoint is one folder that appears whole or not at all:

    step-000200/
        checkpoint.json       step, config, tokenizer, data order, versions
        tensors.safetensors   weights and optimizer moments

A run of several ranks writes its tensors in several files (shards.py); they are
read as one here. The last two are kept. Nothing is pickled. There is no random state beyond
the data order's: every dropout mask follows from the seed, the step and the
microbatch.
"""
import platform
import re
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from ..io.atomic_folder import new_folder, remove_folder
from ..configs.run_config import RunConfig, config_from_dict, config_to_dict
from ..io.sealed_files import (
    DamagedFile, read_json, read_tensors, write_json, write_tensors,
)
from .shards import read_shards, write_shards

__all__ = ["Checkpoint", "checkpoint_of", "checkpoints_in", "drop_all_but",
           "is_sharded", "last_good", "load_checkpoint", "load_for_ranks",
           "read_content", "replace_checkpoint", "save_checkpoint", "set_aside_after", "step_of",
           "write_content"]

FORMAT = "twinformer checkpoint 2"
SHARDED = "twinformer sharded checkpoint 1"
LIBRARIES = ("twinformer", "numpy", "torch", "safetensors")


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The state of a run after ``step`` optimizer steps.

    Attributes
    ----------
    step : int
    config : RunConfig
    tokenizer : dict
        What ``tokenizer_from_dict`` reads.
    data : dict
        The place in the data, mid-epoch too; empty where it follows from the
        step.
    data_key : str
        Hash of all that is learned from.
    best : float or None
        The lowest score of all evaluations.
    waited : int
        Evaluations since that one.
    logs : dict of str to int
        Bytes in each of the run's logs.
    tensors : dict of str to array
        The learner's state: the same names in both backends.
    task : dict
        What the model was finetuned for; empty after pretraining.
    path : Path or None
        Where it was read from, the tensors being left there for each of
        several ranks to read its part.
    """

    step: int
    config: RunConfig
    tokenizer: dict[str, Any]
    data: dict[str, Any]
    data_key: str
    best: float | None = None
    waited: int = 0
    logs: dict[str, int]
    tensors: dict[str, np.ndarray] = field(repr=False)
    task: dict[str, Any] = field(default_factory=dict)
    path: Path | None = field(default=None, compare=False)


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


def write_files(folder: Path, checkpoint: Checkpoint, shards: int) -> None:
    """The files of a checkpoint."""
    if shards:
        about = write_shards(folder, checkpoint.tensors, shards)
    else:
        about = {"tensors": write_tensors(folder / "tensors.safetensors",
                                          checkpoint.tensors)}
    write_content(folder, checkpoint, about)


def write_content(folder: Path, checkpoint: Checkpoint,
                  about: dict[str, Any]) -> None:
    """checkpoint.json, which seals the rest.

    Parameters
    ----------
    folder : Path
    checkpoint : Checkpoint
        Its tensors are not looked at.
    about : dict
        The tensors' record, and the shards' where there are any.
    """
    write_json(folder / "checkpoint.json", {
        "format": SHARDED if "shards" in about else FORMAT,
        "step": checkpoint.step,
        "config": config_to_dict(checkpoint.config),
        "task": checkpoint.task,
        "data": checkpoint.data,
        "data_key": checkpoint.data_key,
        "best": checkpoint.best,
        "waited": checkpoint.waited,
        "logs": checkpoint.logs,
        "versions": versions(),
        **about,
        "tokenizer": checkpoint.tokenizer,
    })


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


def read_files(path: Path) -> Checkpoint:
    """The checkpoint in path, or the reason why it cannot be trusted."""
    content = read_content(path)
    if is_sharded(content):
        return checkpoint_of(path, content, read_shards(path, content))
    return checkpoint_of(path, content, read_tensors(
        path / "tensors.safetensors", content["tensors"]))


def read_content(path: Path) -> dict[str, Any]:
    """checkpoint.json of this version, or DamagedFile, or ValueError."""
    content = read_json(path / "checkpoint.json")
    if content.get("format") not in (FORMAT, SHARDED):
        raise ValueError(f"{path} has the format {content.get('format')!r}, "
                         f"this version reads {FORMAT!r} and {SHARDED!r}; "
                         "start a new run, or use the version that wrote it")
    return content


def is_sharded(content: dict[str, Any]) -> bool:
    """Whether a checkpoint.json speaks of several files."""
    return content["format"] == SHARDED


def checkpoint_of(path: Path, content: dict[str, Any],
                  tensors: dict[str, np.ndarray]) -> Checkpoint:
    """What a checkpoint.json says, with tensors."""
    try:
        config = config_from_dict(content["config"])
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from problem
    return Checkpoint(
        step=content["step"], config=config, tokenizer=content["tokenizer"],
        data=content["data"], data_key=content["data_key"],
        best=content["best"], waited=content["waited"],
        logs=content["logs"], task=content["task"], tensors=tensors)


def is_whole(path: Path) -> bool:
    try:
        read_files(path)
    except (OSError, ValueError):
        return False
    return True


def set_aside_after(folder: Path, step: int) -> None:
    """Rename the checkpoints later than step; a resumed run writes anew."""
    for path in checkpoints_in(folder):
        if step_of(path) > step:
            aside = path.with_name(f"set-aside-{path.name}")
            remove_folder(aside)
            path.rename(aside)


def versions() -> dict[str, str]:
    """What wrote the checkpoint; for people, nothing depends on it."""
    found = {"python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
