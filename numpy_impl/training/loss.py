"""The loss: how surprised the model was by the token that really came next, in
nats, averaged over all positions.

Shapes: ... = any leading axes (batch, position), V = vocabulary, N = targets.
"""
from typing import NamedTuple

import numpy as np

from twinformer.batches.collate import IGNORE

from ..layers.parallel import SLICE, over_rows
from ..layers.softmax import log_softmax

__all__ = ["cross_entropy", "cross_entropy_backward"]


def cross_entropy(logits, targets, ignore_index=IGNORE, reduction="mean"):
    """loss = -log softmax(logits)[target] = log sum_v exp(z_v) - z_target

    Targets equal to ignore_index count neither in the sum nor in the mean; a
    mean over no target at all is 0, with gradient 0 (torch gives NaN).
    logits (..., V), targets (...) -> loss (), or (...) for "none"
    and a cache

    Raises
    ------
    ValueError
        If shapes do not fit, or reduction is unknown.
        If a target is no token.
    """
    check_targets(logits, targets)
    check_range(targets, logits.shape[-1], ignore_index)
    kept = targets != ignore_index                         # (...)
    target = np.where(kept, targets, 0)[..., None]         # (..., 1)
    if logits.size > SLICE:
        surprise, belief = surprise_in_slices(logits, target)
    else:
        logp = log_softmax(logits)                         # (..., V)
        surprise = -np.take_along_axis(logp, target, -1)   # (..., 1)
        belief = target, logp
    losses = np.where(kept, surprise[..., 0], 0)           # (...)
    share = shares(kept, reduction, losses.dtype)          # (...)
    loss = losses if reduction == "none" else (losses * share).sum()
    return loss, (share, belief)


def cross_entropy_backward(dloss, cache, overwrite=False):
    """dloss () or (...) -> dlogits (..., V)

    z_v enters log sum exp with the slope softmax(z)_v, and the target's logit
    once more with -1:

        dlogits = (softmax(logits) - one_hot(target)) * share * dloss

    What the model believed, minus what was true: the sum over v is 0, and
    training stops only where belief is truth. With overwrite, the gradient
    of large logits takes their place: they are the largest array of a
    training step.
    """
    share, belief = cache
    weight = (share * dloss)[..., None].astype(share.dtype)  # (..., 1)
    if isinstance(belief, SlicedBelief):
        return gradient_in_slices(belief, weight, weight, overwrite)
    target, logp = belief
    p = np.exp(logp)                                       # (..., V)
    one_hot = np.arange(p.shape[-1]) == target             # (..., V)
    return (p - one_hot) * weight


def shares(kept, reduction, dtype):
    """The weight of each position in the loss: 0 where it is ignored."""
    if reduction == "mean":
        return kept.astype(dtype) / max(1, int(kept.sum()))
    if reduction in ("sum", "none"):
        return kept.astype(dtype)
    raise ValueError(f"reduction must be mean, sum or none, got {reduction!r}")


def check_targets(logits, targets):
    if targets.shape != logits.shape[:-1]:
        raise ValueError(
            f"one target for each row of logits: expected shape "
            f"{tuple(logits.shape[:-1])}, got {tuple(targets.shape)}")


def check_range(targets, V, ignore_index):
    wrong = ((targets < 0) | (targets >= V)) & (targets != ignore_index)
    if wrong.any():
        raise ValueError(f"a target must lie in 0..{V - 1} or be the ignored "
                         f"{ignore_index}, got {targets[wrong][0]}")


# -- the same for large arrays: a slice of rows at a time, on all cores, and
# without a second array of the size of the logits ---------------------------

class SlicedBelief(NamedTuple):
    logits: np.ndarray  # (..., V)
    target: np.ndarray  # (..., 1)
    top: np.ndarray     # (..., 1) the largest logit
    total: np.ndarray   # (..., 1) sum_v exp(z_v - top)


def surprise_in_slices(logits, target):
    """-log softmax(logits)[target] (..., 1), and a SlicedBelief"""
    logits = np.ascontiguousarray(logits)  # rows without a copy, later on
    surprise, top, total = surprise_of_rows(logits, target)
    return surprise, SlicedBelief(logits, target, top, total)


def gradient_in_slices(belief, weight, true, overwrite):
    """softmax(logits) * weight - one_hot(target) * true, (..., V)"""
    logits, target, top, total = belief
    dlogits = logits if overwrite else np.empty_like(logits)
    write_gradient(dlogits, logits, target, top, total, weight, true)
    return dlogits


@over_rows(2)
def surprise_of_rows(logits, target):
    """logits (N, V), target (N, 1) -> three arrays (N, 1)"""
    top = logits.max(-1, keepdims=True)                    # (N, 1)
    total = np.exp(logits - top).sum(-1, keepdims=True)    # (N, 1)
    z_target = np.take_along_axis(logits, target, -1)      # (N, 1)
    return np.log(total) - (z_target - top), top, total


@over_rows(7)
def write_gradient(dlogits, logits, target, top, total, weight, true):
    """Row by row, in place, as memory traffic is all that this costs."""
    np.subtract(logits, top, out=dlogits)
    np.exp(dlogits, out=dlogits)
    dlogits *= weight / total
    rows = np.arange(len(target))
    dlogits[rows, target[:, 0]] -= true[:, 0]
    return ()
