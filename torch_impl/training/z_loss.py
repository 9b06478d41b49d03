"""The z-loss: a second loss, that keeps softmax's denominator near 1.

Adding a number to all logits of a row leaves softmax as it is, so that nothing
in the cross-entropy holds them where half precision has digits. This does.

Shapes: ... = any leading axes (batch, position), V = vocabulary.
"""
import torch

from twinformer.batches.collate import IGNORE

from ..layers.fused import fused
from .loss import cross_entropy, shares

__all__ = ["cross_entropy_and_z", "nats_beside_z"]


def cross_entropy_and_z(logits, targets, weight, ignore_index=IGNORE,
                        reduction="mean"):
    """loss as of cross_entropy, and beside it

        z = weight * (log sum_v exp(z_v))^2

    with the same reduction, over the same targets. Chowdhery et al. 2022
    (arXiv:2204.02311), section 5, with a weight of 1e-4. What is trained on is
    loss + z; they are two, as the loss in nats is what one looks at.
    logits (..., V), targets (...) -> loss, z, () or (...) each

    Raises
    ------
    ValueError
        As cross_entropy.
    """
    loss = cross_entropy(logits, targets, ignore_index, reduction)
    log_z = log_denominator(logits)                        # (...)
    share = shares(targets != ignore_index, reduction, log_z.dtype)
    squares = weight * log_z * log_z                       # (...)
    squares = torch.where(targets != ignore_index, squares, 0)
    z = squares if reduction == "none" else (squares * share).sum()
    return loss, z


def nats_beside_z(logits, targets, weight):
    """The surprise in nats, summed: z is in the gradient alone

    With a weight of 0, cross_entropy and nothing else.
    """
    if not weight:
        return cross_entropy(logits, targets, reduction="sum")
    nats, z = cross_entropy_and_z(
        logits, targets, weight, reduction="sum")
    return nats + (z - z.detach())  # 0, but for its gradient


def log_denominator(logits):
    """log sum_v exp(z_v), (...)"""
    if fused():
        return torch.logsumexp(logits, -1)
    top = logits.detach().amax(-1, keepdim=True)           # (..., 1)
    total = torch.exp(logits - top).sum(-1, keepdim=True)  # (..., 1)
    return (top + torch.log(total))[..., 0]
