"""DPO: train a model to lean towards the answers that people preferred.

No reward model, no sampling: the loss needs only how likely the model finds
both answers, and how likely the reference found them. The reference is the
model before training; it never changes, so what it says about an answer is
computed once (answer_log_probabilities) and handed on with each batch.

Shapes: B pairs, T positions, V vocabulary. In a batch the B chosen answers
come first, then the B rejected ones: one pass of the model does both.
"""
import torch

from twinformer.configs.preference_config import check_settings

from ..training.loss import single_or_double
from .log_probability import sequence_log_probabilities
from .preference_loss import dpo_loss, ipo_loss

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
        """-> what the model gives the answers (2 B,)"""
        logits = model(batch.inputs, keep)                 # (2 B, T, V)
        logits = single_or_double(logits)
        logp = sequence_log_probabilities(
            logits, batch.targets, self.average)           # (2 B,)
        return logp

    def forward(self, model, batch, keep=None):
        """-> the loss, summed over the pairs"""
        logp = self.log_probabilities(model, batch, keep)
        moved = logp - batch.reference.to(logp.dtype)      # (2 B,)
        chosen, rejected = torch.chunk(moved, 2)            # (B,)
        losses = self.losses(chosen - rejected)
        loss = losses.sum()
        return loss

    def losses(self, margins):
        """margins (B,) -> (B,)"""
        if self.loss == "ipo":
            return ipo_loss(margins, self.beta)
        return dpo_loss(margins, self.beta, self.label_smoothing)


@torch.no_grad()
def answer_log_probabilities(learner, batch):
    """What a learner's model gives the answers of a batch: (2 B,) float64

    Without dropout. Before the first step this is what the reference says.
    """
    learner.model.eval()
    with learner.machine.arithmetic():
        logp = learner.objective.log_probabilities(
            learner.model, learner.machine.tensors(batch))
    return logp.cpu().double().numpy()


def margin_losses(objective, margins):
    """margins (B,) float64 -> what an objective makes of them, (B,)"""
    losses = objective.losses(torch.from_numpy(margins))
    return losses.numpy()
