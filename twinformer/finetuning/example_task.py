"""What tasks of examples have in common, beside what they teach: the trainer
is brought every example once an epoch, and the best model is kept.
"""
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import numpy as np

from ..configs.finetuning_config import FinetuningConfig
from ..configs.run_config import RunConfig
from ..ranks import Ranks, current_ranks
from ..tokenizers.tokenizer import Tokenizer
from ..training.task import StepData
from .epochs import epoch_batches, epoch_steps

__all__ = ["ExampleTask"]


class ExampleTask:
    """The base of a Task; it lacks describe, batch and evaluate.

    Parameters
    ----------
    lengths : sequence of int
        Tokens of each training example.
    training : FinetuningConfig
    tokenizer, run_config
        The base model's.
    data_key : str
        Hash of all examples; equal keys, equal batches.
    parameters : callable
        model -> {name: array}, to be kept; LoRA is merged into them.
    """

    def __init__(self, lengths: Sequence[int], training: FinetuningConfig, *,
                 tokenizer: Tokenizer, run_config: RunConfig, data_key: str,
                 parameters: Callable[[Any], dict[str, np.ndarray]]):
        self.lengths, self.training = lengths, training
        self.tokenizer, self.run_config = tokenizer, run_config
        self.data_key, self.parameters = data_key, parameters
        self.together = training.accumulation * self.ranks.data_size
        self.epoch_steps = epoch_steps(len(lengths), training.batch_size,
                                       self.together, training.drop_last)
        self.max_steps = training.epochs * self.epoch_steps
        self.warmup_steps = round(training.warmup * self.max_steps)

    @property
    def ranks(self) -> Ranks:
        """Those that train now: at the end, one is alone."""
        return current_ranks()

    def batch(self, indices: np.ndarray | Sequence[int]):
        """The objective's batch of the training examples of these indices."""
        raise NotImplementedError

    def microbatches(self, step: int, state: Mapping[str, Any]
                     ) -> Generator[StepData, None, None]:
        """The examples of each step; they follow from its number alone."""
        while True:
            chosen = self.indices(step)
            microbatches: list = [None] * len(chosen)
            for index, _ in self.ranks.deal(range(len(chosen))):
                microbatches[index] = self.batch(chosen[index])
            yield StepData(microbatches, sum(map(len, chosen)), {})
            step += 1

    def indices(self, step: int) -> list[np.ndarray]:
        """The microbatches of the step after so many, as indices; those of
        all ranks."""
        training = self.training
        epoch, place = divmod(step, self.epoch_steps)
        batches = epoch_batches(
            self.lengths, training.batch_size, training.seed, epoch,
            drop_last=training.drop_last,
            group_by_length=training.group_by_length)
        start = place * self.together
        return batches[start:start + self.together]

    def score(self, metrics: Mapping[str, float]) -> float | None:
        """Lower is better: by this the best model is chosen."""
        return metrics["validation_loss"]

    def sample(self, learner, step: int) -> str:
        """Nothing, where the model does not write."""
        return ""

    def speed(self, per_second: float) -> tuple[dict[str, Any], str]:
        return ({"examples_per_second": per_second},
                f"{per_second:,.1f} examples/s")

    def words(self, metrics: Mapping[str, float]) -> str:
        return "   ".join(f"{name.replace('_', ' ')} {value:.4f}"
                          for name, value in metrics.items())

    def title(self, run: str) -> str:
        return run
