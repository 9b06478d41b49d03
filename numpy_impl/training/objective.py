"""Objectives: what a model is trained to do, as a loss over a batch.

An objective turns a model and a batch into a sum of losses, and says how many
went into it: a training step divides by the count over all its microbatches,
so that they make the gradient of one large batch.

    count(batch)                 how many losses the mean is over
    forward(model, batch, keep)  their sum, and a cache
    backward(dloss, model, cache)   adds to the model's gradients
    rows_are_apart               whether the loss of a row of the batch depends
                                 on that row alone; False where it is not said

Shapes: B batch, T positions, V vocabulary.
"""
from importlib import import_module
from typing import Any

from twinformer.architectures.kinds import kind_of
from twinformer.architectures.traits import balance_weight
from twinformer.batches.collate import IGNORE
from ..layers.load_balance import LoadBalance
from ..layers.qk_clip import QKClip
from .z_loss import nats_beside_z, nats_beside_z_backward

__all__ = ["NextTokens", "objective_of"]


def objective_of(config, training) -> Any:
    """What a new model of that config is pretrained on: NextTokens, or what
    the list of kinds says; with a z-loss and QK-clipping as the training, a
    TrainingConfig, says."""
    package = import_module(__name__.partition(".")[0])  # lazily all names
    kind = getattr(package, kind_of(config).objective)
    tau = training.qk_clip
    return kind.of(config, training.z_loss, QKClip(tau) if tau else None)


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
    z_loss : float
        The weight of the z-loss (z_loss.py), in the gradient as well; 1e-4 is
        usual.
    qk_clip : QKClip, optional
        Is told the queries and keys of every training step.
    """

    def __init__(self, balance: float = 0.0, z_loss: float = 0.0,
                 qk_clip=None):
        self.balance, self.z_loss = balance, z_loss
        self.qk_clip = qk_clip

    @classmethod
    def of(cls, config, z_loss=0.0, qk_clip=None):
        """With the weight of balance that the model's config names."""
        return cls(balance_weight(config), z_loss, qk_clip)

    @property
    def rows_are_apart(self):
        """Unless experts are balanced, or the scores of all rows watched."""
        return not self.balance and self.qk_clip is None

    def count(self, batch) -> int:
        """The targets that count."""
        _, targets = batch
        return int((targets != IGNORE).sum())

    def forward(self, model, batch, keep=None):
        """-> the surprise in nats, summed over the targets, cache"""
        inputs, targets = batch
        return self.surprise(model, inputs, targets, keep)

    def surprise(self, model, inputs, targets, keep, **options):
        """The same with options of the model's forward"""
        balance = None
        if self.balance:
            balance = options["balance"] = LoadBalance()
        if self.qk_clip is not None and keep is not None:
            options["qk_clip"] = self.qk_clip
        logits, cache = model.forward(inputs, keep, **options)  # (B, T, V)
        nats, loss_cache = nats_beside_z(logits, targets, self.z_loss)
        if balance is not None:
            count = int((targets != IGNORE).sum())
            balance.loss(self.balance * count)
        return nats, (cache, loss_cache, balance)

    def backward(self, dloss, model, cache):
        """dloss () -> nothing; uses up the cache"""
        cache, loss_cache, balance = cache
        if balance is not None:
            balance.backward(dloss)
        dlogits = nats_beside_z_backward(dloss, loss_cache, overwrite=True)
        model.backward(dlogits, cache)
