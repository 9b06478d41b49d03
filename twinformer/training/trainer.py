"""The trainer: step, measure, sample, save; and again.

It brings the learner its batches and its learning rate and keeps the books,
whatever the task is and whichever backend computes: the mathematics is the
learner's, the data is the task's. Where several ranks train together, all of
them go through the same loop, and the first one writes.
"""
import time
from collections.abc import Iterator
from contextlib import closing

from ..configs.tracker_names import tracker_names
from ..ranks import current_ranks
from ..runs.checkpoint import Checkpoint, last_good
from ..runs.interruption import Interruption
from ..runs.logs import Logs, NoLogs, read_metrics
from ..runs.run_folder import RunFolder
from ..runs.tracked_logs import TrackedLogs
from .keeping import Keeper
from .plot import plot_curves
from .progress import Progress
from .schedule import learning_rate_of
from .standing import Standing
from .task import StepData, Task

__all__ = ["Trainer"]

AnyLogs = Logs | NoLogs | TrackedLogs


class Trainer:
    """Trains one learner on one task.

    Parameters
    ----------
    learner
        Model, objective and optimizer, of either backend.
    task : Task
    run : RunFolder
        An existing folder.
    progress : Progress
    """

    def __init__(self, learner, task: Task, run: RunFolder, *,
                 progress: Progress | None = None):
        self.learner, self.task, self.run = learner, task, run
        self.progress = progress or Progress()
        self.standing = Standing()
        self.ranks = current_ranks()
        self.keeper = Keeper(learner, task, run, self.progress)

    def train(self, start: Checkpoint | None = None) -> int:
        """Train up to the task's last step, from a checkpoint or the start.

        Returns
        -------
        int
            0, or 128 + the signal's number after a SIGINT or SIGTERM, to
            whichever rank; the state is saved either way.

        Raises
        ------
        ValueError
            The data is not that of the checkpoint.
        NonFiniteError
            The loss or a gradient is not finite. The last checkpoint, which
            the message names, is as it was.
        OSError
            A log or a checkpoint could not be written.
        """
        if start:
            self.check_data(start)
            self.keeper.go_on_from(start)
            self.standing = Standing.of(start)
        stream = self.task.microbatches(self.standing.step, self.standing.data)
        if start:
            self.run.rewind_to(start)
        with (closing(stream),
              self.logs(start) as logs,
              Interruption() as interruption):
            try:
                self.go_on(stream, logs, interruption, resumed=bool(start))
                self.keeper.saved()
            except (FloatingPointError, OSError) as problem:
                if isinstance(problem, FloatingPointError):
                    self.keeper.saved()     # what was begun before
                problem.add_note(last_good(self.run.checkpoints))
                raise
        return interruption.exit_code

    def logs(self, start: Checkpoint | None) -> AnyLogs:
        """Those of the run, open; for all ranks but the first, none."""
        if not self.ranks.first:
            return NoLogs()
        logs = Logs(self.run.path, start.logs if start else None)
        names = tracker_names(self.task.training.log)
        if not names:       # a tracker that comes back later begins anew
            (self.run.path / "trackers.json").unlink(missing_ok=True)
        return TrackedLogs(logs, names, self.run.path, bool(start),
                           self.progress.note) if names else logs

    def check_data(self, start: Checkpoint) -> None:
        """ValueError where a checkpoint is of other data."""
        if start.data_key != self.task.data_key:
            raise ValueError("the examples are not those that the run began "
                             "with; start a new run for them")

    def go_on(self, stream: Iterator[StepData], logs: AnyLogs,
              interruption: Interruption, resumed: bool) -> None:
        """The loop: step, measure, save."""
        standing, training = self.standing, self.task.training
        saved = standing.step if resumed else -1
        if not resumed:
            self.evaluate(logs)
        self.progress.begin(standing.step, self.task.max_steps)
        while (standing.step < self.task.max_steps
               and not self.told_to_stop(interruption)
               and not self.out_of_patience()):
            self.take_step(stream, logs)
            if self.due(training.eval_interval):
                self.evaluate(logs)
            if self.due(training.checkpoint_interval):
                self.keeper.save(standing, logs)
                saved = standing.step
        if self.out_of_patience():
            self.progress.note(
                f"stopped early: {standing.waited} evaluations brought "
                f"nothing better than {standing.best:.4g}")
        if saved < standing.step:
            self.keeper.save(standing, logs)
        if not interruption.signal and self.nothing_better():
            self.progress.note(
                "warning: no evaluation was better than the model before "
                "training, so the best model, which is kept, is the one after "
                "0 steps: nothing was learned; try another --learning-rate, or "
                "more data")

    def told_to_stop(self, interruption: Interruption) -> bool:
        """Whether a signal has come, to any of the ranks: all stop after the
        same step."""
        interruption.signal = self.ranks.most(interruption.signal)
        return bool(interruption.signal)

    def nothing_better(self) -> bool:
        """Whether the best model of a run is that with which it began."""
        return self.standing.step > 0 and self.keeper.best_step() == 0

    def out_of_patience(self) -> bool:
        """Whether the last evaluations brought nothing better."""
        return 0 < self.task.training.patience <= self.standing.waited

    def due(self, interval: int) -> bool:
        """Whether something is to be done after this step."""
        step, interval = self.standing.step, interval or self.task.epoch_steps
        return (step == self.task.max_steps
                or (interval > 0 and step % interval == 0))

    def take_step(self, stream: Iterator[StepData],
                  logs: AnyLogs) -> None:
        """One optimizer step, and its lines in the logs."""
        task, training = self.task, self.task.training
        step, began = self.standing.step + 1, time.perf_counter()
        self.ranks.came_to(f"step {step}: its data")
        microbatches, size, state = next(stream)
        self.ranks.came_to(f"step {step}")
        rate = learning_rate_of(
            training, step, warmup_steps=task.warmup_steps,
            max_steps=task.max_steps)
        result = self.learner.train_step(microbatches, step, rate)
        self.standing.step, self.standing.data = step, state
        seconds = time.perf_counter() - began

        fields, words = task.speed(size / seconds)
        logs.metrics(kind="step", step=step, loss=result.loss,
                     grad_norm=result.grad_norm, learning_rate=rate)
        logs.timing(step=step, seconds=seconds, **fields)
        self.progress.stepped(step, result.loss, words)

    def evaluate(self, logs: AnyLogs) -> None:
        """Measure, sample, draw; keep the model if it is the best so far."""
        task, standing = self.task, self.standing
        self.ranks.came_to(f"the evaluation after step {standing.step}")
        metrics = task.evaluate(self.learner)
        score = task.score(metrics)
        place: dict[str, float] = {"step": standing.step}
        if task.epoch_steps:
            place["epoch"] = standing.step / task.epoch_steps
        logs.metrics(kind="evaluation", **place, **metrics)
        self.progress.evaluated(standing.step, task.words(metrics))
        if text := task.sample(self.learner, standing.step):
            logs.sample(standing.step, text)
            self.progress.sampled(standing.step, text)
        if score is not None and standing.is_best(score):
            self.keeper.keep_best(standing, logs)
        if self.ranks.first:
            plot_curves(read_metrics(self.run.path), self.run.plot,
                        task.title(self.run.path.name))
        self.progress.measured(standing.step, metrics)
