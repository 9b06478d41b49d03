"""What BERT is pretrained on: find the tokens that were hidden, and say
whether the second of two texts follows the first.

Objectives as in objective.py; a batch is a MaskedBatch (batches/masking.py).
All three read the hidden vectors of a BertModel, each in its own way.

Shapes: B batch, T positions, N tokens that are asked for, D model width,
V vocabulary.
"""
from twinformer.batches.collate import IGNORE
from .loss import cross_entropy, single_or_double
from .z_loss import nats_beside_z

__all__ = ["BertPretraining", "MaskedTokens", "NextSentence"]


class OnHidden:
    """An objective that is read off the hidden vectors."""

    qk_clip = None      # a QKClip, which is told of every training step

    def forward(self, model, batch, keep=None):
        """-> the surprise in nats, summed over what is asked"""
        B, T = batch.inputs.shape
        mask = batch.real[:, None].expand(B, T, T)
        hidden = model(                                    # (B, T, D)
            batch.inputs, keep, mask=mask, segments=batch.segments,
            qk_clip=self.qk_clip if model.training else None)
        nats = self.losses(model, hidden, batch)
        return nats


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
        """hidden (B, T, D) -> nats ()"""
        asked = batch.targets != IGNORE                    # (B, T)
        rows = hidden[asked]                               # (N, D)
        logits = single_or_double(model.head(rows))        # (N, V)
        nats = nats_beside_z(
            logits, batch.targets[asked], self.z_loss)
        return nats


class NextSentence(OnHidden):
    """Does the second text follow the first? -log p(the right answer)

    Devlin et al. 2018 (arXiv:1810.04805), section 3.1, task 2; two classes,
    0 = it follows, 1 = it is from elsewhere, as in Hugging Face's models.
    """

    def count(self, batch) -> int:
        """The pairs of texts."""
        return len(batch.labels)

    def losses(self, model, hidden, batch):
        """hidden (B, T, D) -> nats ()"""
        pooled = model.pooler(hidden)                      # (B, D)
        scores = single_or_double(model.next_sentence_head(pooled))
        nats = cross_entropy(
            scores, batch.labels, reduction="sum")
        return nats


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
        """hidden (B, T, D) -> nats ()"""
        nats = self.tokens.losses(model, hidden, batch)
        surprise = self.pairs.losses(model, hidden, batch)
        weight = self.tokens.count(batch) / len(batch.labels)
        total = nats + weight * surprise
        return total
