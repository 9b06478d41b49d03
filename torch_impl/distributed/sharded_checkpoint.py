"""Checkpoints that every rank writes a part of, while training goes on.

torch.distributed.checkpoint copies what a rank holds, a thread writes the
copy, and the ranks agree when all is written: then one of them seals the
folder and gives it its name. Whoever is killed on the way leaves a draft that
nothing reads; the checkpoint before it is as it was.

The files are safetensors and JSON. Nothing is unpickled when a run resumes:
torch's own format, .distcp with a pickled .metadata, is neither written nor
read.
"""
import os
import shutil
import warnings
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from torch.futures import Future

from twinformer.io.atomic_folder import new_draft, put_in_place
from twinformer.io.sealed_files import DamagedFile
from twinformer.runs.checkpoint import drop_all_but
from twinformer.runs.checkpoint_files import (
    Checkpoint, checkpoint_of, read_content, write_content,
)
from twinformer.runs.shards import check_shards, describe_shard

__all__ = ["ShardedCheckpoints", "load_sharded"]


class ShardedCheckpoints:
    """The checkpoints of a run of several ranks; all of them call the same.

    They are written to a file system that all hosts see.

    Parameters
    ----------
    learner : Learner
    timeout : float
        Seconds that a rank waits until the others have written.
    """

    def __init__(self, learner, timeout: float = 1800):
        self.learner, self.ranks = learner, learner.ranks
        # Of its own: a thread writes while others train in the default one
        self.group = dist.new_group(
            backend="gloo", timeout=timedelta(seconds=timeout))
        self.writer: Any = None
        self.coming: Any = None     # what the thread will have done

    def save(self, folder: Path, checkpoint: Checkpoint,
             keep: int = 2) -> None:
        """Begin to write a checkpoint of what the learner is now.

        Parameters
        ----------
        folder : Path
        checkpoint : Checkpoint
            That of rank 0 is written; its tensors are not looked at.
        keep : int
            Older ones are dropped once it is written.

        Raises
        ------
        OSError
            Where the checkpoint before this one could not be written.
        """
        self.wait()
        target = Path(folder) / f"step-{checkpoint.step:06d}"
        self.writer = ShardWriter(target, checkpoint, keep)
        self.coming = dcp.async_save(
            tensors_of(self.learner), storage_writer=self.writer,
            planner=Contiguous(), process_group=self.group)

    def wait(self) -> Path | None:
        """Until what was begun is written, sealed and in place; its path.

        Raises
        ------
        OSError
            On every rank, where one could not write: the disk is full, or
            no disk that all see. The checkpoints before are as they were.
        """
        coming, self.coming = self.coming, None
        if coming is None:
            return None
        try:
            coming.result()
            return self.writer.target
        except dcp.CheckpointException as problem:
            rank, (error, _) = min(problem.failures.items())
            if self.ranks.first:
                shutil.rmtree(self.writer.path, ignore_errors=True)
            if not isinstance(error, OSError):
                raise
            raise OSError(
                f"{self.writer.target} could not be written by rank {rank}: "
                f"{error.strerror or error}") from problem

    def go_on_from(self, start: Checkpoint) -> None:
        """Make the learner go on from a checkpoint of any number of ranks.

        Raises
        ------
        ValueError
            See `load_sharded`.
        """
        if not start.path:
            return self.learner.load_state(start.tensors)
        state = tensors_of(self.learner)
        load_sharded(start.path, state, self.ranks)
        self.learner.optimizer.steps = int(state["optimizer.steps"])
        self.learner.machine.load_state(state)


def tensors_of(learner):
    """{name: tensor} of all that a learner goes on with, on this rank"""
    tensors = learner.tensors() | learner.machine.scaling()
    return {name: torch.as_tensor(tensor).detach()  # without its gradient
            for name, tensor in tensors.items()}


class ShardWriter(dcp.HuggingFaceStorageWriter):
    """One file a rank, in a draft that becomes the checkpoint at the end."""

    def __init__(self, target: Path, checkpoint: Checkpoint, keep: int):
        self.target, self.checkpoint, self.keep = target, checkpoint, keep
        draft = target.with_name(f".writing-ranks-{target.name}")
        super().__init__(str(draft), save_distributed=True)

    def prepare_local_plan(self, plan):
        if self.rank == 0:      # before anybody writes
            new_draft(self.target, "ranks").mkdir()
        return plan

    def write_data(self, plan, planner):
        """This rank's file; its record is what the coordinator gets"""
        if not self.path.is_dir():
            raise OSError("the folder that rank 0 made is not to be seen "
                          "here; expected a file system that all hosts share")
        written = super().write_data(plan, planner).wait()
        files = {result.storage_data.relative_path for result in written}
        sealed = Future()
        sealed.set_result([(file, describe_shard(self.path / file))
                           for file in files])
        return sealed

    def finish(self, metadata, results):
        """Rank 0, when all have written"""
        write_content(self.path, self.checkpoint, {
            "shards": dict(sorted(chain.from_iterable(results))),
            "tensors": {name: list(about.size) for name, about
                        in metadata.state_dict_metadata.items()}})
        put_in_place(self.path, self.target)
        drop_all_but(self.keep, self.target.parent)


class Contiguous(dcp.DefaultSavePlanner):
    """Pieces as safetensors wants them: laid out row by row"""

    def transform_object(self, write_item, obj):
        obj = super().transform_object(write_item, obj)
        return obj.contiguous() if isinstance(obj, torch.Tensor) else obj


def load_sharded(path: Path, state, ranks) -> Checkpoint:
    """Read what this rank holds, however many ranks wrote; all ranks call it.

    Parameters
    ----------
    path : Path
        A folder that `ShardedCheckpoints.save` returned, in any other run.
    state : {name: tensor}
        Of the same names and shapes; filled in place. A DTensor is given
        its part.
    ranks : Ranks

    Returns
    -------
    Checkpoint
        All but the tensors.

    Raises
    ------
    ValueError
        On every rank, for damage, with what and where; for tensors of other
        names or shapes.
    """
    content = read_content(path)
    mine = sorted(content["shards"])[ranks.rank::ranks.size]
    found = ""
    try:
        check_shards(path, content, mine)
    except (DamagedFile, FileNotFoundError) as problem:
        found = str(problem)
    if found := ranks.blamed(bool(found), found):
        raise ValueError(found)
    check_names(path, content["tensors"], state)
    with warnings.catch_warnings():     # every rank reads for itself
        warnings.filterwarnings("ignore", "torch.distributed is disabled")
        dcp.load(state, storage_reader=dcp.HuggingFaceStorageReader(
            os.fspath(path)), no_dist=True)
    return checkpoint_of(path, content, {})


def check_names(path, stored, state) -> None:
    """ValueError where a checkpoint is of another model or optimizer"""
    for name in [name for name in state if name.startswith("scale.")]:
        if name not in stored:      # float16 begins here
            del state[name]
    own = {name: list(tensor.shape) for name, tensor in state.items()}
    stored = {name: shape for name, shape in stored.items()
              if name in own or not name.startswith("scale.")}
    if stored != own:
        name = min(name for name in stored.keys() | own
                   if stored.get(name) != own.get(name))
        raise ValueError(
            f"{path} has tensor {name} of shape {stored.get(name)}, expected "
            f"{own.get(name)}: it is of another model or optimizer")
