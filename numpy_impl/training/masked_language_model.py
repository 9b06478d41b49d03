"""What BERT is pretrained on: find the tokens that were hidden, and say
whether the second of two texts follows the first.

Objectives as in objective.py; a batch is a MaskedBatch (batches/masking.py).
All three read the hidden vectors of a BertModel, each in its own way.

Shapes: B batch, T positions, N tokens that are asked for, D model width,
V vocabulary.
"""
import numpy as np

from twinformer.batches.collate import IGNORE
from .loss import cross_entropy, cross_entropy_backward
from .z_loss import nats_beside_z, nats_beside_z_backward

__all__ = ["BertPretraining", "MaskedTokens", "NextSentence"]


class OnHidden:
    """An objective that is read off the hidden vectors."""

    qk_clip = None      # a QKClip, which is told of every training step

    def forward(self, model, batch, keep=None):
        """-> the surprise in nats, summed over what is asked, cache"""
        B, T = batch.inputs.shape
        mask = np.broadcast_to(batch.real[:, None], (B, T, T))
        hidden, cache = model.forward(                     # (B, T, D)
            batch.inputs, keep, mask=mask, segments=batch.segments,
            qk_clip=None if keep is None else self.qk_clip)
        nats, losses_cache = self.losses(model, hidden, batch)
        return nats, (cache, losses_cache)

    def backward(self, dloss, model, cache):
        """dloss () -> nothing; uses up the cache"""
        cache, losses_cache = cache
        dhidden = self.losses_backward(dloss, model, losses_cache)
        model.backward(dhidden, cache)


class MaskedTokens(OnHidden):
    """Find every hidden token: -log p(the token that stood there)

    Devlin et al. 2018 (arXiv:1810.04805), section 3.1, task 1. Only the
    positions that are asked for reach the head: of the others no score is
    computed at all.
    """

    def __init__(self, z_loss: float = 0.0, qk_clip=None):
        self.z_loss, self.qk_clip = z_loss, qk_clip

    @classmethod
    def of(cls, config, z_loss=0.0, qk_clip=None):
        """The same for every shape of model."""
        return cls(z_loss, qk_clip)

    def count(self, batch) -> int:
        """The tokens that are asked for."""
        return int((batch.targets != IGNORE).sum())

    def losses(self, model, hidden, batch):
        """hidden (B, T, D) -> nats (), cache"""
        asked = batch.targets != IGNORE                    # (B, T)
        rows = hidden[asked]                               # (N, D)
        logits, head_cache = model.head.forward(rows)      # (N, V)
        nats, loss_cache = nats_beside_z(
            logits, batch.targets[asked], self.z_loss)
        return nats, (hidden.shape, asked, head_cache, loss_cache)

    def losses_backward(self, dloss, model, cache):
        """dloss () -> dhidden (B, T, D): 0 where nothing is asked"""
        shape, asked, head_cache, loss_cache = cache
        dlogits = nats_beside_z_backward(dloss, loss_cache, overwrite=True)
        drows = model.head.backward(dlogits, head_cache)   # (N, D)
        dhidden = np.zeros(shape, drows.dtype)             # (B, T, D)
        dhidden[asked] = drows
        return dhidden


class NextSentence(OnHidden):
    """Does the second text follow the first? -log p(the right answer)

    Devlin et al. 2018 (arXiv:1810.04805), section 3.1, task 2; two classes,
    0 = it follows, 1 = it is from elsewhere, as in Hugging Face's models.
    """

    def count(self, batch) -> int:
        """The pairs of texts."""
        return len(batch.labels)

    def losses(self, model, hidden, batch):
        """hidden (B, T, D) -> nats (), cache"""
        pooled, pooler_cache = model.pooler.forward(hidden)  # (B, D)
        scores, head_cache = model.next_sentence_head.forward(pooled)
        nats, loss_cache = cross_entropy(
            scores, batch.labels, reduction="sum")
        return nats, (pooler_cache, head_cache, loss_cache)

    def losses_backward(self, dloss, model, cache):
        """dloss () -> dhidden (B, T, D): 0 but for the first position"""
        pooler_cache, head_cache, loss_cache = cache
        dscores = cross_entropy_backward(dloss, loss_cache)  # (B, 2)
        dpooled = model.next_sentence_head.backward(dscores, head_cache)
        return model.pooler.backward(dpooled, pooler_cache)


class BertPretraining(OnHidden):
    """The mean over the hidden tokens plus the mean over the pairs.

    Devlin et al. 2018 (arXiv:1810.04805), appendix A.2. A step divides by its
    count, the N hidden tokens, so that each of the B pairs weighs N / B here.
    Where microbatches differ in N / B, so do the weights of their pairs.
    """

    def __init__(self):
        self.tokens, self.pairs = MaskedTokens(), NextSentence()

    def count(self, batch) -> int:
        """The tokens that are asked for."""
        return self.tokens.count(batch)

    def losses(self, model, hidden, batch):
        """hidden (B, T, D) -> nats (), cache"""
        nats, tokens_cache = self.tokens.losses(model, hidden, batch)
        surprise, pairs_cache = self.pairs.losses(model, hidden, batch)
        weight = self.tokens.count(batch) / len(batch.labels)
        total = nats + weight * surprise
        return total, (tokens_cache, pairs_cache, weight)

    def losses_backward(self, dloss, model, cache):
        """dloss () -> dhidden (B, T, D): what both heads send back, added"""
        tokens_cache, pairs_cache, weight = cache
        return (self.tokens.losses_backward(dloss, model, tokens_cache)
                + self.pairs.losses_backward(
                    dloss * weight, model, pairs_cache))
