"""How likely a model finds a whole answer: the log-probabilities of its tokens
added up, each given the prompt and the tokens before it.

Shapes: B sequences, T positions, V vocabulary.
"""
import torch

from twinformer.batches.collate import IGNORE
from ..training.loss import cross_entropy

__all__ = ["sequence_log_probabilities"]


def sequence_log_probabilities(logits, targets, average=False):
    """log p(answer | prompt) = sum_t log softmax(logits_t)[target_t]

    The sum runs over the answer: prompt and padding are targets of IGNORE. A
    row without an answer has log p = 0.

    average : divide by the number of tokens of the answer, as the book does
        (chapter 7, bonus 4). Otherwise a long answer is less likely than a
        short one, whatever they say; but the sum is what DPO is derived for,
        as only it is the logarithm of a probability.
    logits (B, T, V), targets (B, T) -> (B,)
    """
    losses = cross_entropy(logits, targets, reduction="none")
    scale = scales(targets, average, losses.dtype)         # (B, 1)
    logp = -(losses * scale).sum(1)                        # (B,)
    return logp


def scales(targets, average, dtype):
    """What each token of a row counts: 1, or 1 / length of the answer."""
    length = (targets != IGNORE).sum(1, keepdim=True)      # (B, 1)
    length = length if average else torch.ones_like(length)
    return 1 / length.clamp(min=1).to(dtype)
