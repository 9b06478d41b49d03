"""How likely a model finds a whole answer: the log-probabilities of its tokens
added up, each given the prompt and the tokens before it.

Shapes: B sequences, T positions, V vocabulary.
"""
import numpy as np

from twinformer.batches.collate import IGNORE
from ..training.loss import cross_entropy, cross_entropy_backward

__all__ = ["sequence_log_probabilities",
           "sequence_log_probabilities_backward"]


def sequence_log_probabilities(logits, targets, average=False):
    """log p(answer | prompt) = sum_t log softmax(logits_t)[target_t]

    The sum runs over the answer: prompt and padding are targets of IGNORE. A
    row without an answer has log p = 0.

    average : divide by the number of tokens of the answer, as the book does
        (chapter 7, bonus 4). Otherwise a long answer is less likely than a
        short one, whatever they say; but the sum is what DPO is derived for,
        as only it is the logarithm of a probability.
    logits (B, T, V), targets (B, T) -> (B,), cache
    """
    losses, loss_cache = cross_entropy(logits, targets, reduction="none")
    scale = scales(targets, average, logits.dtype)         # (B, 1)
    logp = -(losses * scale).sum(1)                        # (B,)
    return logp, (scale, loss_cache)


def sequence_log_probabilities_backward(dlogp, cache, overwrite=False):
    """dlogp (B,) -> dlogits (B, T, V)

    Every token of an answer has the same share in its log p, so each receives
    the same slope; with overwrite, in the place of the logits.
    """
    scale, loss_cache = cache
    dlosses = -dlogp[:, None] * scale                      # (B, 1)
    return cross_entropy_backward(dlosses, loss_cache, overwrite)


def scales(targets, average, dtype):
    """What each token of a row counts: 1, or 1 / length of the answer."""
    length = (targets != IGNORE).sum(1, keepdims=True)     # (B, 1)
    return 1 / np.maximum(length if average else 1, 1).astype(dtype)
