"""Objectives: what a model is trained to do, as a loss over a batch.

An objective turns a model and a batch into a sum of losses, and says how many
went into it: a training step divides by the count over all its microbatches,
so that they make the gradient of one large batch.

    count(batch)                 how many losses the mean is over
    forward(model, batch, keep)  their sum, and a cache
    backward(dloss, model, cache)   adds to the model's gradients

Shapes: B batch, T positions, V vocabulary.
"""
from twinformer.batches.collate import IGNORE
from .loss import cross_entropy, cross_entropy_backward

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
        """-> the surprise in nats, summed over the targets, cache"""
        inputs, targets = batch
        logits, cache = model.forward(inputs, keep)        # (B, T, V)
        nats, loss_cache = cross_entropy(logits, targets, reduction="sum")
        return nats, (cache, loss_cache)

    def backward(self, dloss, model, cache):
        """dloss () -> nothing; uses up the cache"""
        cache, loss_cache = cache
        dlogits = cross_entropy_backward(dloss, loss_cache, overwrite=True)
        model.backward(dlogits, cache)
