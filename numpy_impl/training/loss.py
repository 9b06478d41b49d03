"""The loss: how surprised the model was by the token that really came next, in
nats, averaged over all positions.

Shapes: ... = any leading axes (batch, position), V = vocabulary, N = targets.
"""
import numpy as np

from twinformer.batches.collate import IGNORE

from ..layers.parallel import over_rows

__all__ = ["cross_entropy", "cross_entropy_backward"]



def cross_entropy(logits, targets, ignore_index=IGNORE, reduction="mean"):
    """loss = -log softmax(logits)[target] = log sum_v exp(z_v) - z_target

    Targets equal to ignore_index count neither in the sum nor in the mean; a
    mean over no target at all is 0, with gradient 0 (torch gives NaN).
    logits (..., V), targets (...) -> loss (), or (...) for "none", cache

    Raises
    ------
    ValueError
        If a target is no token, shapes do not fit, or reduction is unknown.
    """
    check_targets(logits, targets, ignore_index)
    logits = np.ascontiguousarray(logits)  # rows without a copy, later on
    kept = targets != ignore_index                         # (...)
    target = np.where(kept, targets, 0)[..., None]         # (..., 1)
    surprise, top, total = surprises(logits, target)       # (..., 1) each
    losses = np.where(kept, surprise[..., 0], 0)           # (...)
    share = shares(kept, reduction, logits.dtype)          # (...)
    loss = losses if reduction == "none" else (losses * share).sum()
    return loss, (logits, target, top, total, share)


def cross_entropy_backward(dloss, cache, overwrite=False):
    """dloss () or (...) -> dlogits (..., V)

    z_v enters log sum exp with the slope softmax(z)_v, and the target's logit
    once more with -1:

        dlogits = (softmax(logits) - one_hot(target)) * share * dloss

    What the model believed, minus what was true: the sum over v is 0, and
    training stops only where belief is truth. With overwrite, the gradient
    takes the place of the logits, the largest array of a training step.
    """
    logits, target, top, total, share = cache
    weight = (share * dloss)[..., None].astype(logits.dtype)
    dlogits = logits if overwrite else np.empty(logits.shape, logits.dtype)
    write_gradient(dlogits, logits, target, top, total, weight)
    return dlogits


@over_rows(2)
def surprises(logits, target):
    """logits (N, V), target (N, 1) -> surprise, largest logit, sum of exps"""
    top = logits.max(-1, keepdims=True)                    # (N, 1)
    total = np.exp(logits - top).sum(-1, keepdims=True)    # (N, 1)
    z_target = np.take_along_axis(logits, target, -1)      # (N, 1)
    return np.log(total) - (z_target - top), top, total


@over_rows(6)
def write_gradient(dlogits, logits, target, top, total, weight):
    """Row by row, in place, as memory traffic is all that this costs."""
    np.subtract(logits, top, out=dlogits)
    np.exp(dlogits, out=dlogits)
    dlogits *= weight / total
    rows = np.arange(len(target))
    dlogits[rows, target[:, 0]] -= weight[:, 0]
    return ()


def shares(kept, reduction, dtype):
    """The weight of each position in the loss: 0 where it is ignored."""
    if reduction == "mean":
        return kept / dtype.type(max(1, kept.sum()))
    if reduction in ("sum", "none"):
        return kept.astype(dtype)
    raise ValueError(f"reduction must be mean, sum or none, got {reduction!r}")


def check_targets(logits, targets, ignore_index):
    V = logits.shape[-1]
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"one target for each row of logits: expected shape "
                         f"{logits.shape[:-1]}, got {targets.shape}")
    wrong = ((targets < 0) | (targets >= V)) & (targets != ignore_index)
    if wrong.any():
        raise ValueError(f"a target must lie in 0..{V - 1} or be the ignored "
                         f"{ignore_index}, got {targets[wrong].flat[0]}")
