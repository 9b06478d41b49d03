"""What a run keeps: its last checkpoints, and the best model."""
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..io.atomic_folder import remove_folder
from ..ranks import current_ranks
from ..runs.checkpoint import (
    Checkpoint, checkpoints_in, save_checkpoint, step_of,
)
from ..runs.run_folder import RunFolder
from .progress import Progress
from .saving import saver_of
from .standing import Standing
from .task import Task

__all__ = ["Keeper"]


class Keeper:
    """Writes the checkpoints of a learner on a task into a run's folder.

    Of several ranks each calls every method; the first one writes, or each
    its own part.
    """

    def __init__(self, learner, task: Task, run: RunFolder, progress: Progress):
        self.learner, self.task, self.run = learner, task, run
        self.progress = progress
        self.ranks = current_ranks()
        self.saver = saver_of(learner, self.ranks)

    def go_on_from(self, start: Checkpoint) -> None:
        """Make the learner what a checkpoint says."""
        self.saver.go_on_from(start)

    def save(self, standing: Standing, logs: Any) -> None:
        """Begin to write a checkpoint; what the logs hold belongs to it."""
        self.saved()
        self.ranks.came_to(f"the checkpoint after step {standing.step}")
        self.saver.save(self.run.checkpoints, self.checkpoint(standing, logs))
        if self.ranks.size == 1:
            self.saved()

    def saved(self) -> None:
        """The checkpoint that was begun is written.

        A run that is killed goes on from here, so that until now the best of
        before had to be there as well.
        """
        path = self.saver.wait()
        if path and self.ranks.first:
            before = [best for best in checkpoints_in(self.run.best)
                      if step_of(best) <= step_of(path)]
            for old in before[:-1]:
                remove_folder(old)
            self.progress.saved(path)

    def keep_best(self, standing: Standing, logs: Any) -> None:
        """The model alone, beside the best of before; all have helped to
        gather its parameters, and the first rank writes them."""
        tensors = {f"model.{name}": array for name, array
                   in self.task.parameters(self.learner.model).items()}
        if self.ranks.first:
            save_checkpoint(self.run.best, replace(
                self.checkpoint(standing, logs), tensors=tensors), sys.maxsize)

    def best_step(self) -> int | None:
        """After which step the model was best; None where none was kept."""
        kept: list[Path] = checkpoints_in(self.run.best)
        return step_of(kept[-1]) if kept else None

    def checkpoint(self, standing: Standing, logs: Any) -> Checkpoint:
        """All of it but the tensors."""
        return Checkpoint(
            **vars(standing), config=self.task.run_config,
            data_key=self.task.data_key, task=self.task.describe(),
            tokenizer=self.task.tokenizer.to_dict(), logs=logs.sizes(),
            tensors={})
