"""How a learner's state comes into checkpoints, and back.

One process writes it whole, at once. Several ranks write a part each, while
training goes on (torch_impl/distributed/sharded_checkpoint.py).
"""
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..backend import implementation
from ..ranks import Ranks
from ..runs.checkpoint import save_checkpoint
from ..runs.checkpoint_files import Checkpoint

__all__ = ["WholeCheckpoints", "saver_of"]


class WholeCheckpoints:
    """Those of one process: ``ShardedCheckpoints`` has the same methods."""

    def __init__(self, learner):
        self.learner = learner
        self.path: Path | None = None

    def save(self, folder: Path, checkpoint: Checkpoint, keep: int = 2) -> None:
        """Write a checkpoint of what the learner is now; see
        ``save_checkpoint``."""
        self.path = save_checkpoint(
            folder, replace(checkpoint, tensors=self.learner.state()), keep)

    def wait(self) -> Path | None:
        """The path of the checkpoint that was written, once."""
        path, self.path = self.path, None
        return path

    def go_on_from(self, start: Checkpoint) -> None:
        """Make the learner go on from a checkpoint."""
        self.learner.load_state(start.tensors)


def saver_of(learner, ranks: Ranks) -> Any:
    """Who writes the checkpoints of a learner."""
    if ranks.size == 1:
        return WholeCheckpoints(learner)
    return implementation("torch").ShardedCheckpoints(learner)
