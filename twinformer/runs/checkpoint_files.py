"""The files of one checkpoint.

    step-000200/
        checkpoint.json       step, config, tokenizer, data order, versions
        tensors.safetensors   weights and optimizer moments

checkpoint.json seals the rest. A run of several ranks writes its tensors in
several files (shards.py); they are read as one here. Nothing is pickled. There
is no random state beyond the data order's: every dropout mask follows from the
seed, the step and the microbatch.
"""
import platform
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from ..configs.run_config import RunConfig, config_from_dict, config_to_dict
from ..io.sealed_files import (
    read_json, read_tensors, write_json, write_tensors,
)
from .shards import read_shards, write_shards

__all__ = ["Checkpoint", "checkpoint_of", "is_sharded", "read_content",
           "read_files", "write_content", "write_files"]

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


def versions() -> dict[str, str]:
    """What wrote the checkpoint; for people, nothing depends on it."""
    found = {"python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
