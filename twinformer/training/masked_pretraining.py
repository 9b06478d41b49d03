"""Pretraining of models that read: to find tokens hidden in windows of a text.

Which ones are hidden follows from the run's seed, the step and the microbatch
alone: a resumed run hides what it would have, and so does the other backend.
"""
from collections.abc import Generator, Mapping
from contextlib import closing
from typing import Any

import numpy as np

from ..batches.bert_tokens import BertTokens
from ..batches.masking import MaskedBatch, masked_windows
from ..configs.run_config import RunConfig
from .evaluation import spread_windows
from .pretraining import Pretraining
from .task import StepData
from .training_data import TrainingData

__all__ = ["MaskedPretraining"]

# Streams of random numbers beside the one of dropout, (seed, step, index)
TRAINING, EVALUATION = 1, 2


class MaskedPretraining(Pretraining):
    """The task of finding the hidden tokens of a corpus.

    Parameters, and options, as of Pretraining; but feed has to leave the
    windows where NumPy finds them.

    Raises
    ------
    ValueError
        Where the tokenizer has no [MASK], [CLS], [SEP] and [PAD], or the
        context no room for a token between two of them.
    """

    marks = 2           # [CLS] and [SEP]

    def __init__(self, data: TrainingData, config: RunConfig, **options):
        self.tokens = BertTokens.of(data.tokenizer.special_tokens)
        if (length := config.model.context_length) <= self.marks:
            raise ValueError(
                "[CLS] and [SEP] stand around every text: model.context_length"
                f" must be at least {self.marks + 1}, got {length}")
        super().__init__(data, config, **options)

    def microbatches(self, step: int, state: Mapping[str, Any]
                     ) -> Generator[StepData, None, None]:
        """Windows of the training part, with tokens hidden."""
        return self.hiding(super().microbatches(step, state), step)

    def hiding(self, stream: Generator[StepData, None, None], step: int
               ) -> Generator[StepData, None, None]:
        with closing(stream):
            for number, data in enumerate(stream, step + 1):
                yield data._replace(microbatches=[
                    batch and self.masked(batch[0], (
                        self.training.seed, number, index, TRAINING))
                    for index, batch in enumerate(data.microbatches)])

    def masked(self, windows, seed) -> MaskedBatch:
        """windows (B, T - 2) -> a batch (B, T)"""
        return masked_windows(np.asarray(windows), self.tokens,
                              self.run_config.model.vocab_size, seed)

    def evaluate(self, learner) -> dict[str, float]:
        """Nats per hidden token of both splits.

        The same tokens are hidden every time, whatever the run's seed, so
        that evaluations and runs can be compared.
        """
        return {f"{split}_nats_per_hidden_token":
                self.measured(learner, getattr(self.data, split))
                for split in ("train", "validation")}

    def measured(self, learner, tokens) -> float:
        training, nats, count = self.training, 0.0, 0.0
        for (index, positions), counts in self.ranks.deal(enumerate(
                spread_windows(
                    len(tokens), self.batches.max_length, training.batch_size,
                    training.eval_batches))):              # (B, T - 2)
            batch = self.masked(tokens[positions], (0, 0, index, EVALUATION))
            batch_nats, batch_count = learner.evaluate(batch)
            if counts:
                nats, count = nats + batch_nats, count + batch_count
        nats, count = self.ranks.sums(nats, count)
        return nats / max(1, count)

    def score(self, metrics: Mapping[str, float]) -> float | None:
        """As in Pretraining."""
        if self.training.patience:
            return metrics["validation_nats_per_hidden_token"]
        return None

    def words(self, metrics: Mapping[str, float]) -> str:
        return "   ".join(
            f"{split} {metrics[f'{split}_nats_per_hidden_token']:.3f} "
            "nats/hidden token" for split in ("train", "validation"))
