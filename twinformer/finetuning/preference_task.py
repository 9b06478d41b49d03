"""Preference finetuning: what a model is trained on with DPO, and how far it
has come to prefer what people do.

Shapes: B pairs.
"""
from collections.abc import Callable, Sequence

import numpy as np

from ..batches.collate import collate_preferences
from ..batches.pairs import PairBatch, pair_batch
from ..configs.finetuning_config import FinetuningConfig
from ..configs.preference_config import PreferenceConfig
from .answer_task import AnswerTask
from .epochs import by_length
from .examples import Example, Splits

__all__ = ["ComparisonTask", "pair_metrics"]


def pair_metrics(losses: Callable[[np.ndarray], np.ndarray], beta: float,
                 logp: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """What log-probabilities (2 B,) say about B pairs, as means.

    losses : margins (B,) -> what the objective makes of them (B,)

    loss, accuracy (pairs of which the chosen answer has the higher reward; a
    tie is none), margin, chosen_reward and rejected_reward. A reward is
    beta (log policy - log reference), a margin their difference.
    """
    rewards = beta * (logp - reference)          # (2 B,)
    chosen, rejected = np.split(rewards, 2)                # (B,)
    margins = chosen - rejected                            # (B,)
    found = {"loss": losses(margins / beta), "accuracy": margins > 0,
             "margin": margins, "chosen_reward": chosen,
             "rejected_reward": rejected}
    return {name: float(np.mean(values)) for name, values in found.items()}


class ComparisonTask(AnswerTask):
    """What a trainer needs to know about preferences.

    Parameters
    ----------
    splits : Splits of Example, of two answers each
    settings : PreferenceConfig
    training : FinetuningConfig
    log_probabilities : callable
        ``answer_log_probabilities`` of either package.
    losses : callable
        margins (B,) -> the losses of the objective (B,): ``margin_losses``.
    about
        respond, tokenizer, run_config, data_key, parameters: as for
        AnswerTask.
    """

    kind = "preferences"
    settings: PreferenceConfig

    def __init__(self, splits: Splits, settings: PreferenceConfig,
                 training: FinetuningConfig, *, log_probabilities: Callable,
                 losses: Callable, **about):
        super().__init__(splits, settings, training,
                         [example.length for example in splits.train],
                         **about)
        self.log_probabilities, self.losses = log_probabilities, losses
        self.reference: dict[str, np.ndarray] = {}  # split -> (pairs, 2)

    def remember_reference(self, learner) -> None:
        """Ask the model, which is still the reference, about all answers.

        Those of an evaluation in the batches of an evaluation: rounding is
        then the same, and every margin exactly 0 before the first step.
        """
        for name in Splits._fields:
            count = self.evaluated(name)
            self.reference[name] = np.concatenate([
                self.measured(learner, name, 0, count),
                self.measured(learner, name, count)])

    def batch(self, indices: np.ndarray | Sequence[int]) -> PairBatch:
        """The batch of these pairs to train on."""
        return self.batch_of("train", indices)

    def batch_of(self, split: str,
                 indices: np.ndarray | Sequence[int]) -> PairBatch:
        """Pairs of a split, and the reference's opinion where it is known."""
        examples: list[Example] = [getattr(self.splits, split)[index]
                                   for index in indices]
        chosen, rejected = ([[*example.text(answer), self.end]
                             for example in examples] for answer in (0, 1))
        pairs = collate_preferences(
            chosen, rejected, [len(example.question) for example in examples],
            self.end)
        reference = self.reference.get(split)
        if reference is None:
            return pair_batch(pairs)
        return pair_batch(pairs, reference[list(indices)].T.ravel())

    def measured(self, learner, split: str, first: int = 0,
                 end: int | None = None) -> np.ndarray:
        """Log-probabilities (pairs, 2) of the answers of some pairs."""
        examples = getattr(self.splits, split)
        chosen = range(len(examples))[first:end]
        found = np.zeros((len(examples), 2))
        for rows, counts in self.ranks.deal(
                by_length([examples[i].length for i in chosen])):
            indices = [chosen[row] for row in rows]
            logp = self.log_probabilities(learner,
                                          self.batch_of(split, indices))
            if counts:
                found[indices] = logp.reshape(2, -1).T     # (B, 2)
        return self.ranks.total(found)[first:end]

    def metrics(self, learner, split: str) -> dict[str, float]:
        """The means of ``pair_metrics`` over the pairs of an evaluation."""
        logp = self.measured(learner, split, 0, self.evaluated(split))
        reference = self.reference[split][:len(logp)]
        return pair_metrics(self.losses, self.settings.beta, logp.T.ravel(),
                            reference.T.ravel())

    def evaluate(self, learner) -> dict[str, float]:
        """Loss, accuracy, margins and rewards of both splits."""
        return {f"{split}_{name}": value
                for split in ("train", "validation")
                for name, value in self.metrics(learner, split).items()}
