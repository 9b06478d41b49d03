"""Objectives: what a model is trained to do, as a loss over a batch.

An objective turns a model and a batch into a sum of losses, and says how many
went into it: a training step divides by the count over all its microbatches,
so that they make the gradient of one large batch.

    count(batch)                 how many losses the mean is over
    forward(model, batch, keep)  their sum

Shapes: B batch, T positions, V vocabulary.
"""
from twinformer.batches.collate import IGNORE
from .loss import cross_entropy, single_or_double

__all__ = ["NextTokens"]


class NextTokens:
    """Predict every next token: what language models are pretrained on.

    A batch is (inputs, targets), (B, T) each; a target of -100 is left out.
    """

    def count(self, batch) -> int:
        """The targets that count."""
        _, targets = batch
        return int((targets != IGNORE).sum())

    def forward(self, model, batch, keep=None):
        """-> the surprise in nats, summed over the targets"""
        inputs, targets = batch
        logits = single_or_double(model(inputs, keep))     # (B, T, V)
        nats = cross_entropy(logits, targets, reduction="sum")
        return nats
