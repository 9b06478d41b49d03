"""The loss: how surprised the model was by the token that really came next, in
nats, averaged over all positions.

Shapes: ... = any leading axes (batch, position), V = vocabulary, N = targets.
"""
import torch
from torch.nn import functional

from twinformer.batches.collate import IGNORE

from ..layers.fused import fused
from ..layers.softmax import log_softmax

__all__ = ["cross_entropy"]


def cross_entropy(logits, targets, ignore_index=IGNORE, reduction="mean"):
    """loss = -log softmax(logits)[target] = log sum_v exp(z_v) - z_target

    Targets equal to ignore_index count neither in the sum nor in the mean; a
    mean over no target at all is 0, with gradient 0 (torch gives NaN).
    logits (..., V), targets (...) -> loss (), or (...) for "none"

    Raises
    ------
    ValueError
        If shapes do not fit, or reduction is unknown.
    """
    check_targets(logits, targets)
    kept = targets != ignore_index                         # (...)
    target = torch.where(kept, targets, 0)[..., None]      # (..., 1)
    if fused():
        surprise = functional.cross_entropy(
            logits.reshape(-1, logits.shape[-1]), target.flatten(),
            reduction="none").reshape(target.shape)        # (..., 1)
    else:
        logp = log_softmax(logits)                         # (..., V)
        surprise = -torch.take_along_dim(logp, target, -1)  # (..., 1)
    losses = torch.where(kept, surprise[..., 0], 0)        # (...)
    share = shares(kept, reduction, losses.dtype)          # (...)
    loss = losses if reduction == "none" else (losses * share).sum()
    return loss


def single_or_double(logits):
    """Logits in which a loss can be added up: sums of hundreds would have no
    digits left in half precision, which autocast does not see to on a CPU."""
    half = logits.dtype in (torch.bfloat16, torch.float16)
    return logits.float() if half else logits


def shares(kept, reduction, dtype):
    """The weight of each position in the loss: 0 where it is ignored."""
    if reduction == "mean":
        return kept.to(dtype) / kept.sum().clamp(min=1)
    if reduction in ("sum", "none"):
        return kept.to(dtype)
    raise ValueError(f"reduction must be mean, sum or none, got {reduction!r}")


def check_targets(logits, targets):
    if targets.shape != logits.shape[:-1]:
        raise ValueError(
            f"one target for each row of logits: expected shape "
            f"{tuple(logits.shape[:-1])}, got {tuple(targets.shape)}")
