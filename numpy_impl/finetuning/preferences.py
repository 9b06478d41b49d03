"""DPO: train a model to lean towards the answers that people preferred.

No reward model, no sampling: the loss needs only how likely the model finds
both answers, and how likely the reference found them. The reference is the
model before training; it never changes, so what it says about an answer is
computed once (answer_log_probabilities) and handed on with each batch.

Shapes: B pairs, T positions, V vocabulary. In a batch the B chosen answers
come first, then the B rejected ones: one pass of the model does both.
"""
import numpy as np

from twinformer.configs.preference_config import check_settings
from .log_probability import (
    sequence_log_probabilities, sequence_log_probabilities_backward,
)
from .preference_loss import (
    dpo_loss, dpo_loss_backward, ipo_loss, ipo_loss_backward,
)

__all__ = ["PreferencePairs", "answer_log_probabilities", "margin_losses"]


class PreferencePairs:
    """An objective: the mean of dpo_loss, or ipo_loss, over pairs.

    Parameters
    ----------
    loss : "dpo" or "ipo"
    beta, label_smoothing : as in loss.py; "ipo" does not smooth
    average : compare answers by their mean log-probability a token, as the
        book does, instead of by that of the whole answer

    Raises
    ------
    ValueError
        If one of them has no meaning.
    """

    def __init__(self, loss: str = "dpo", beta: float = 0.1,
                 label_smoothing: float = 0.0, average: bool = False):
        check_settings(loss, beta, label_smoothing)
        self.loss, self.beta = loss, beta
        self.label_smoothing, self.average = label_smoothing, average

    def count(self, batch) -> int:
        """The pairs."""
        return len(batch.inputs) // 2

    def log_probabilities(self, model, batch, keep=None):
        """-> what the model gives the answers (2 B,), cache"""
        logits, model_cache = model.forward(batch.inputs, keep)
        logp, cache = sequence_log_probabilities(
            logits, batch.targets, self.average)           # (2 B,)
        return logp, (model_cache, cache)

    def forward(self, model, batch, keep=None):
        """-> the loss, summed over the pairs, cache"""
        logp, cache = self.log_probabilities(model, batch, keep)
        moved = logp - batch.reference.astype(logp.dtype)  # (2 B,)
        chosen, rejected = np.split(moved, 2)              # (B,)
        losses, loss_cache = self.losses(chosen - rejected)
        loss = losses.sum()
        return loss, (cache, loss_cache)

    def backward(self, dloss, model, cache):
        """dloss () -> nothing; uses up the cache

        margin = chosen - rejected: what lifts the one lowers the other, by as
        much. The reference is a number here, and no gradient goes there.
        """
        (model_cache, cache), loss_cache = cache
        dmargins = self.losses_backward(dloss, loss_cache)     # (B,)
        dlogp = np.concatenate([dmargins, -dmargins])      # (2 B,)
        dlogits = sequence_log_probabilities_backward(
            dlogp, cache, overwrite=True)                  # (2 B, T, V)
        model.backward(dlogits, model_cache)

    def losses(self, margins):
        """margins (B,) -> (B,), cache"""
        if self.loss == "ipo":
            return ipo_loss(margins, self.beta)
        return dpo_loss(margins, self.beta, self.label_smoothing)

    def losses_backward(self, dloss, cache):
        """dloss () -> dmargins (B,)"""
        if self.loss == "ipo":
            return ipo_loss_backward(dloss, cache)
        return dpo_loss_backward(dloss, cache)


def answer_log_probabilities(learner, batch):
    """What a learner's model gives the answers of a batch: (2 B,) float64

    Without dropout. Before the first step this is what the reference says.
    """
    logp, _ = learner.objective.log_probabilities(learner.model, batch)
    return logp.astype(np.float64)


def margin_losses(objective, margins):
    """margins (B,) float64 -> what an objective makes of them, (B,)"""
    losses, _ = objective.losses(margins)
    return losses
