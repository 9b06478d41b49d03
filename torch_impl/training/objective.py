"""Objectives: what a model is trained to do, as a loss over a batch.

An objective turns a model and a batch into a sum of losses, and says how many
went into it: a training step divides by the count over all its microbatches,
so that they make the gradient of one large batch.

    count(batch)                 how many losses the mean is over
    forward(model, batch, keep)  their sum

Shapes: B batch, T positions, V vocabulary.
"""
from importlib import import_module
from typing import Any

from twinformer.architectures.kinds import kind_of
from twinformer.architectures.traits import balance_weight
from twinformer.batches.collate import IGNORE
from ..layers.load_balance import LoadBalance
from .loss import cross_entropy, single_or_double

__all__ = ["NextTokens", "objective_of"]


def objective_of(config) -> Any:
    """What a new model of that config is pretrained on: NextTokens, or what
    the list of kinds says."""
    package = import_module(__name__.partition(".")[0])  # lazily all names
    return getattr(package, kind_of(config).objective).of(config)


class NextTokens:
    """Predict every next token: what language models are pretrained on.

    A batch is (inputs, targets), (B, T) each; a target of -100 is left out.

    Parameters
    ----------
    balance : float
        The weight of the experts' load-balance loss beside the mean of these
        losses; 0.001 is usual. It is in the gradient, count times, so that
        the share 1 / count of a step leaves mean + balance * loss; of several
        microbatches it is the mean, weighted by their counts. The loss that
        is returned stays in nats. A model without experts is not changed.
    """

    def __init__(self, balance: float = 0.0):
        self.balance = balance

    @classmethod
    def of(cls, config):
        """With the weight of balance that the model's config names."""
        return cls(balance_weight(config))

    def count(self, batch) -> int:
        """The targets that count."""
        _, targets = batch
        return int((targets != IGNORE).sum())

    def forward(self, model, batch, keep=None):
        """-> the surprise in nats, summed over the targets"""
        inputs, targets = batch
        return self.surprise(model, inputs, targets, keep)

    def surprise(self, model, inputs, targets, keep, **options):
        """The same with options of the model's forward"""
        balance = None
        if self.balance:
            balance = options["balance"] = LoadBalance()
        logits = model(inputs, keep, **options)            # (B, T, V)
        logits = single_or_double(logits)
        nats = cross_entropy(logits, targets, reduction="sum")
        if balance is not None and balance.layers:
            count = (targets != IGNORE).sum()
            loss = count * balance.loss(self.balance)
            nats = nats + (loss - loss.detach())  # 0, but for its gradient
        return nats
