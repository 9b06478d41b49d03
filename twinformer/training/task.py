"""What a trainer has to know about that which is to be learned.

Pretraining is a task (pretraining.py), and so are instructions, preferences
and classes (twinformer/finetuning, twinformer/classification).
"""
from collections.abc import Generator, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..configs.learning_config import LearningConfig
from ..configs.run_config import RunConfig
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["StepData", "Task"]


class StepData(NamedTuple):
    """What one optimizer step learns from."""

    microbatches: list          # of the objective's batches, for all ranks;
    #                             None in the places of others
    size: int                   # tokens or examples in all of them
    state: dict[str, Any]       # of the data after them, ready for JSON


class Task(Protocol):
    """What a learner is trained on, and how well it does.

    Attributes
    ----------
    training : LearningConfig
        How the model learns.
    max_steps, warmup_steps : int
        Optimizer steps in the whole run, and over which the learning rate
        rises.
    epoch_steps : int
        Steps between two evaluations, or checkpoints, where the settings
        leave it open; 0 = only at the end.
    run_config : RunConfig
        Goes into the checkpoints; holds the model's shape.
    tokenizer : Tokenizer
    data_key : str
        Hash of all that is learned from; equal keys, equal microbatches.
    """

    max_steps: int
    warmup_steps: int
    epoch_steps: int
    run_config: RunConfig
    tokenizer: Tokenizer
    data_key: str

    def microbatches(self, step: int, state: Mapping[str, Any]
                     ) -> Generator[StepData, None, None]:
        """Endless data of one step after the other.

        Parameters
        ----------
        step : int
            Steps that are done already.
        state : dict
            Of the data after them; empty at the start.

        Raises
        ------
        ValueError
            At once, where the state is not one of this data.
        """

    def evaluate(self, learner) -> dict[str, float]:
        """{"train_loss": ..., "validation_loss": ...}: split_measure

        The first measure is what a step's loss is, too.
        """

    def score(self, metrics: Mapping[str, float]) -> float | None:
        """Lower is better: decides which model is the best. None = no best
        model is kept."""

    def sample(self, learner, step: int) -> str:
        """Something that the model wrote; "" for nothing."""

    def parameters(self, model) -> dict[str, np.ndarray]:
        """The model's weights, as those who use the best model want them."""

    @property
    def training(self) -> LearningConfig:
        """How the model learns."""

    def describe(self) -> dict[str, Any]:
        """JSON: the kind of task, and all that its result needs for use;
        empty after pretraining."""

    def speed(self, per_second: float) -> tuple[dict[str, Any], str]:
        """The size of steps that was done in a second, as the fields of
        timing.jsonl and in the words of the progress."""

    def words(self, metrics: Mapping[str, float]) -> str:
        """An evaluation in the words of the progress."""

    def title(self, run: str) -> str:
        """What stands above the curves of a run."""
