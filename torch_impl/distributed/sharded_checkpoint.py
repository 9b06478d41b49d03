"""Checkpoints that every rank writes a part of, while training goes on.

torch.distributed.checkpoint copies what a rank holds, a thread writes the
copy (shard_writer.py), and the ranks agree when all is written: then one of
them seals the folder and gives it its name. Whoever is killed on the way
leaves a draft that nothing reads; the checkpoint before it is as it was.
"""
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp

from twinformer.runs.checkpoint_files import Checkpoint

from .shard_reader import load_sharded
from .shard_writer import Contiguous, ShardWriter

__all__ = ["ShardedCheckpoints"]


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
        self.learner.machine.loss_scale.load_state(state)


def tensors_of(learner):
    """{name: tensor} of all that a learner goes on with, on this rank"""
    tensors = learner.tensors() | learner.machine.loss_scale.state()
    return {name: torch.as_tensor(tensor).detach()  # without its gradient
            for name, tensor in tensors.items()}
