"""The finetuner: epochs over examples, and the best model is kept.

It does for a task what the trainer does for a stretch of text: brings the
learner its batches and learning rates, measures, saves, goes on where it was
stopped. What the examples are is the task's.
"""
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..io.atomic_folder import remove_folder
from ..runs.checkpoint import Checkpoint, checkpoints_in, save_checkpoint
from ..configs.run_config import RunConfig
from ..runs.interruption import Interruption
from ..runs.logs import Logs, read_metrics
from ..training.progress import Progress
from ..runs.run_folder import RunFolder
from ..training.schedule import learning_rate_at
from ..configs.finetuning_config import FinetuningConfig
from .epochs import epoch_batches, epoch_steps
from .plot import plot_curves

__all__ = ["Finetuner", "Task"]


class Task(Protocol):
    """What is to be learned, and how well it is.

    Attributes
    ----------
    lengths : sequence of int
        Tokens of each training example.
    data_key : str
        Hash of all examples; equal keys, equal batches.
    run_config : RunConfig
        Holds the model's shape, for those who open the run.
    tokenizer : Tokenizer
    """

    lengths: list[int]
    data_key: str
    run_config: RunConfig
    tokenizer: Any

    def describe(self) -> dict[str, Any]:
        """JSON: the kind of task, and all that its result needs for use."""

    def batch(self, indices: np.ndarray) -> tuple:
        """The training examples of these indices, as the objective's batch"""

    def evaluate(self, learner) -> dict[str, float]:
        """{"train_loss": ..., "validation_loss": ..., ...}"""

    def score(self, metrics: dict[str, float]) -> float:
        """Lower is better: decides which model is the best."""

    def sample(self, learner, step: int) -> str:
        """Something that the model wrote; "" for nothing."""

    def parameters(self, model) -> dict[str, np.ndarray]:
        """The model's weights, as those who use the best model want them."""


@dataclass
class Standing:
    """Where a run is: all of its state that the learner has not."""

    step: int = 0
    best: float = math.inf
    waited: int = 0    # evaluations since the best


class Finetuner:
    """Finetunes one learner on one task.

    Parameters
    ----------
    learner : Learner
        Of either backend.
    task : Task
    config : FinetuningConfig
    run : RunFolder
        An existing folder.
    progress : Progress
    """

    def __init__(self, learner, task: Task, config: FinetuningConfig,
                 run: RunFolder, *, progress: Progress | None = None):
        self.learner, self.task = learner, task
        self.config, self.run = config, run
        self.progress = progress or Progress()
        self.standing = Standing()
        self.epoch_steps = epoch_steps(len(task.lengths), config.batch_size,
                                       config.accumulation, config.drop_last)
        self.max_steps = config.epochs * self.epoch_steps

    def train(self, start: Checkpoint | None = None) -> int:
        """Train all epochs, from a checkpoint or from the start.

        Returns
        -------
        int
            0, or 128 + the signal's number after a SIGINT or SIGTERM; the
            state is saved either way.

        Raises
        ------
        ValueError
            The examples are not those of the checkpoint.
        NonFiniteError
            The loss or a gradient is not finite. The last checkpoint is as
            it was.
        OSError
            A log or a checkpoint could not be written.
        """
        if start:
            self.check_examples(start)
            self.learner.load_state(start.tensors)
            self.standing = Standing(**start.loader)
            self.run.rewind_to(start)
        with (Logs(self.run.path, start.logs if start else None) as logs,
              Interruption() as interruption):
            try:
                self.go_on(logs, interruption, resumed=bool(start))
            except (FloatingPointError, OSError) as problem:
                found = checkpoints_in(self.run.checkpoints)
                problem.add_note(f"the last good checkpoint is {found[-1]}"
                                 if found else "there is no checkpoint yet")
                raise
        return interruption.exit_code

    def check_examples(self, start: Checkpoint) -> None:
        """ValueError where a checkpoint is of other examples."""
        if start.data_key != self.task.data_key:
            raise ValueError("the examples are not those that the run began "
                             "with; start a new run for them")

    def go_on(self, logs: Logs, interruption: Interruption,
              resumed: bool) -> None:
        """The loop: step, measure, save."""
        standing = self.standing
        saved = standing.step if resumed else -1
        if not resumed:
            self.evaluate(logs)
        self.progress.begin(standing.step, self.max_steps)
        while (standing.step < self.max_steps and not interruption.signal
               and not self.out_of_patience()):
            self.take_step(logs)
            if self.due(self.config.eval_interval):
                self.evaluate(logs)
            if self.due(self.config.checkpoint_interval):
                self.save(logs)
                saved = standing.step
        if self.out_of_patience():
            self.progress.note(
                f"stopped early: {standing.waited} evaluations brought "
                f"nothing better than {standing.best:.4g}")
        if saved < standing.step:
            self.save(logs)

    def out_of_patience(self) -> bool:
        """Whether the last evaluations brought nothing better."""
        patience = self.config.patience
        return 0 < patience <= self.standing.waited

    def due(self, interval: int) -> bool:
        """Whether something is to be done after this step."""
        step = self.standing.step
        return (step == self.max_steps
                or step % (interval or self.epoch_steps) == 0)

    def take_step(self, logs: Logs) -> None:
        """One optimizer step, and its lines in the logs."""
        config, began = self.config, time.perf_counter()
        batches = self.batches_of(self.standing.step)
        step = self.standing.step + 1
        rate = learning_rate_at(
            step, warmup_steps=round(config.warmup * self.max_steps),
            max_steps=self.max_steps, schedule=config.schedule,
            learning_rate=config.learning_rate,
            min_learning_rate=config.min_learning_rate)
        result = self.learner.train_step(
            [self.task.batch(indices) for indices in batches], step, rate)
        self.standing.step = step
        seconds = time.perf_counter() - began

        speed = sum(map(len, batches)) / seconds
        logs.metrics(kind="step", step=step, loss=result.loss,
                     grad_norm=result.grad_norm, learning_rate=rate)
        logs.timing(step=step, seconds=seconds, examples_per_second=speed)
        self.progress.advanced(step, result.loss, speed)

    def batches_of(self, step: int) -> list[np.ndarray]:
        """The microbatches of the step after so many, as indices."""
        config = self.config
        epoch, place = divmod(step, self.epoch_steps)
        batches = epoch_batches(
            self.task.lengths, config.batch_size, config.seed, epoch,
            drop_last=config.drop_last, group_by_length=config.group_by_length)
        start = place * config.accumulation
        return batches[start:start + config.accumulation]

    def evaluate(self, logs: Logs) -> None:
        """Measure, sample, draw; keep the model if it is the best so far."""
        standing = self.standing
        metrics = self.task.evaluate(self.learner)
        score = self.task.score(metrics)
        better = score < standing.best
        standing.waited = 0 if better else standing.waited + 1
        logs.metrics(kind="evaluation", step=standing.step,
                     epoch=standing.step / self.epoch_steps,
                     **metrics)
        self.progress.measured(standing.step, metrics)
        text = self.task.sample(self.learner, standing.step)
        if text:
            logs.sample(standing.step, text)
            self.progress.sampled(standing.step, text)
        if better:
            standing.best = score
            self.write(self.run.best, logs, {
                f"model.{name}": array for name, array
                in self.task.parameters(self.learner.model).items()})
        plot_curves(read_metrics(self.run.path), self.run.plot,
                    self.run.path.name)

    def save(self, logs: Logs) -> None:
        """Write a checkpoint; what the logs hold belongs to it.

        A run that is killed goes on from here, so that until now the best of
        before had to be there as well.
        """
        path = self.write(self.run.checkpoints, logs, self.learner.state(), 2)
        for old in checkpoints_in(self.run.best)[:-1]:
            remove_folder(old)
        self.progress.saved(path)

    def write(self, folder: Path, logs: Logs, tensors,
              keep: int = sys.maxsize) -> Path:
        standing = self.standing
        return save_checkpoint(folder, Checkpoint(
            step=standing.step, config=self.task.run_config,
            loader=vars(standing).copy(), data_key=self.task.data_key,
            tokenizer=self.task.tokenizer.to_dict(), logs=logs.sizes(),
            task=self.task.describe(), tensors=tensors), keep)
