"""The trainer: step, measure, sample, save; and again.

It brings the learner its batches and its learning rate and keeps the books.
It is the same for both implementations: the mathematics is the learner's.
"""
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any

from ..backend import implementation
from ..batches.batches import Batches
from ..runs.checkpoint import Checkpoint, checkpoints_in, save_checkpoint
from ..configs.run_config import RunConfig
from .data import TrainingData
from .evaluation import evaluate
from ..runs.interruption import Interruption
from ..runs.logs import Logs, read_metrics
from .plot import plot_losses
from .progress import Progress
from ..runs.run_folder import RunFolder
from .schedule import learning_rate_at

__all__ = ["Trainer"]


class Trainer:
    """Trains one learner.

    Parameters
    ----------
    learner : Learner
        Of either backend, with its initial parameters.
    data : TrainingData
    config : RunConfig
    run : RunFolder
        An existing folder.
    sampler : callable, optional
        (learner, step) -> a text that the model wrote.
    feed : callable, optional
        Batches -> generator of (inputs, targets, state of the batches);
        left out, the backend's ``create_loader``.
    progress : Progress
    peak_flops : float
        What the machine could do in a second, for the utilisation; 0 where
        it is not known.
    """

    def __init__(
        self,
        learner,
        data: TrainingData,
        config: RunConfig,
        run: RunFolder,
        *,
        sampler: Callable[[Any, int], str] | None = None,
        feed: Callable[[Batches], Generator] | None = None,
        progress: Progress | None = None,
        peak_flops: float = 0.0,
    ):
        self.learner, self.data, self.config = learner, data, config
        self.run, self.sampler = run, sampler
        self.feed = feed or implementation(config.backend).create_loader
        self.progress = progress or Progress()
        self.peak_flops = peak_flops
        self.batches = Batches(
            data.train, config.training.batch_size,
            config.model.context_length, seed=config.training.seed)
        self.step = self.saved = 0
        self.loader = self.batches.state_dict()

    def train(self, start: Checkpoint | None = None) -> int:
        """Train up to ``max_steps``, from a checkpoint or from the start.

        Returns
        -------
        int
            0, or 128 + the signal's number after a SIGINT or SIGTERM; the
            state is saved either way.

        Raises
        ------
        NonFiniteError
            The loss or a gradient is not finite. The last checkpoint, which
            the message names, is as it was.
        OSError
            A log or a checkpoint could not be written.
        """
        if start:
            self.learner.load_state(start.tensors)
            self.batches.load_state_dict(start.loader)
            self.step = self.saved = start.step
            self.loader = start.loader
        with (Logs(self.run.path, start.logs if start else None) as logs,
              closing(self.feed(self.batches)) as stream,
              Interruption() as interruption):
            try:
                self.go_on(logs, stream, interruption)
            except (FloatingPointError, OSError) as problem:
                problem.add_note(self.last_good())
                raise
        return interruption.exit_code

    def go_on(self, logs: Logs, stream: Iterator,
              interruption: Interruption) -> None:
        """The loop: step, measure, save."""
        settings = self.config.training
        if self.step == 0:
            self.evaluate(logs)
        self.progress.begin(self.step, settings.max_steps)
        while self.step < settings.max_steps and not interruption.signal:
            self.take_step(stream, logs)
            if self.due(settings.eval_interval):
                self.evaluate(logs)
            if self.due(settings.checkpoint_interval):
                self.save(logs)
        if self.saved < self.step:
            self.save(logs)

    def due(self, interval: int) -> bool:
        """Whether something is to be done after this step."""
        last = self.step == self.config.training.max_steps
        return last or (interval > 0 and self.step % interval == 0)

    def take_step(self, stream: Iterator, logs: Logs) -> None:
        """One optimizer step, and its lines in the logs."""
        settings = self.config.training
        began = time.perf_counter()
        microbatches = []
        for _ in range(settings.accumulation):
            inputs, targets, self.loader = next(stream)
            microbatches.append((inputs, targets))
        step = self.step + 1
        rate = learning_rate_at(
            step, warmup_steps=settings.warmup_steps,
            max_steps=settings.max_steps, schedule=settings.schedule,
            learning_rate=settings.learning_rate,
            min_learning_rate=settings.min_learning_rate)
        result = self.learner.train_step(microbatches, step, rate)
        self.step = step
        seconds = time.perf_counter() - began

        T = self.config.model.context_length
        tokens = settings.accumulation * settings.batch_size * T
        speed = tokens / seconds
        flops = speed * self.config.model.flops_per_token(T)
        if self.peak_flops:  # what is reached can be reached
            self.peak_flops = max(self.peak_flops, flops)
        utilisation = flops / self.peak_flops if self.peak_flops else None
        logs.metrics(kind="step", step=step, loss=result.loss,
                     grad_norm=result.grad_norm, learning_rate=rate)
        logs.timing(step=step, seconds=seconds, tokens_per_second=speed,
                    model_flops_utilisation=utilisation)
        self.progress.stepped(step, result.loss, speed, utilisation)

    def evaluate(self, logs: Logs) -> None:
        """Measure both splits, sample, draw the losses."""
        settings = self.config.training
        train, validation = (
            evaluate(self.learner, tokens, self.data.bytes_per_token,
                     context_length=self.config.model.context_length,
                     batch_size=settings.batch_size,
                     batches=settings.eval_batches)
            for tokens in (self.data.train, self.data.validation))
        logs.metrics(
            kind="evaluation", step=self.step,
            train_nats_per_token=train.nats_per_token,
            train_bits_per_byte=train.bits_per_byte,
            validation_nats_per_token=validation.nats_per_token,
            validation_bits_per_byte=validation.bits_per_byte)
        self.progress.evaluated(self.step, train, validation)
        if self.sampler and settings.sample_tokens:
            text = self.sampler(self.learner, self.step)
            logs.sample(self.step, text)
            self.progress.sampled(self.step, text)
        plot_losses(read_metrics(self.run.path), self.run.plot,
                    f"{self.run.path.name} ({self.config.backend})")

    def save(self, logs: Logs) -> None:
        """Write a checkpoint; what the logs hold belongs to it."""
        path = save_checkpoint(self.run.checkpoints, Checkpoint(
            step=self.step, config=self.config, loader=self.loader,
            tokenizer=self.data.tokenizer.to_dict(), logs=logs.sizes(),
            data_key=self.data.key, tensors=self.learner.state()))
        self.saved = self.step
        self.progress.saved(path)

    def last_good(self) -> str:
        found = checkpoints_in(self.run.checkpoints)
        return (f"the last good checkpoint is {found[-1]}" if found
                else "there is no checkpoint yet")
