"""The z-loss: a second loss, that keeps softmax's denominator near 1.

Adding a number to all logits of a row leaves softmax as it is, so that nothing
in the cross-entropy holds them where half precision has digits. This does.

Shapes: ... = any leading axes (batch, position), V = vocabulary.
"""
from typing import Any, NamedTuple

import numpy as np

from twinformer.batches.collate import IGNORE

from .loss import (
    SlicedBelief, cross_entropy, cross_entropy_backward, gradient_in_slices,
    shares,
)

__all__ = ["cross_entropy_and_z", "cross_entropy_and_z_backward",
           "nats_beside_z", "nats_beside_z_backward"]


def cross_entropy_and_z(logits, targets, weight, ignore_index=IGNORE,
                        reduction="mean"):
    """loss as of cross_entropy, and beside it

        z = weight * (log sum_v exp(z_v))^2

    with the same reduction, over the same targets. Chowdhery et al. 2022
    (arXiv:2204.02311), section 5, with a weight of 1e-4. What is trained on is
    loss + z; they are two, as the loss in nats is what one looks at.
    logits (..., V), targets (...) -> loss, z, () or (...) each, and a cache

    Raises
    ------
    ValueError
        As cross_entropy.
    """
    loss, entropy = cross_entropy(logits, targets, ignore_index, reduction)
    log_z = log_denominator(logits, entropy)               # (...)
    share = shares(targets != ignore_index, reduction, log_z.dtype)
    squares = weight * log_z * log_z                       # (...)
    squares = np.where(targets != ignore_index, squares, 0)
    z = squares if reduction == "none" else (squares * share).sum()
    return loss, z, Cache(entropy, weight, log_z)


def cross_entropy_and_z_backward(dloss, dz, cache, overwrite=False):
    """dloss and dz, () or (...) each -> dlogits (..., V)

    log sum exp has the slope softmax(z)_v, and a square twice its root:

        dlogits = (p - one_hot) share dloss + p 2 weight log_z share dz

    Both push along p, which costs one pass over the logits. Their sum over v
    is 2 weight log_z share dz: of the two only the z-loss moves a row of
    logits as a whole, towards where sum exp is 1. overwrite as there.
    """
    entropy, weight, log_z = cache
    share, belief = entropy
    more = 2 * weight * log_z * share * dz                 # (...)
    more = more[..., None].astype(share.dtype)             # (..., 1)
    if isinstance(belief, SlicedBelief):
        true = (share * dloss)[..., None].astype(share.dtype)  # (..., 1)
        return gradient_in_slices(belief, true + more, true, overwrite)
    _, logp = belief
    dlogits = cross_entropy_backward(dloss, entropy)       # (..., V)
    return dlogits + np.exp(logp) * more


def nats_beside_z(logits, targets, weight):
    """The surprise in nats, summed, and a cache: z is in the gradient alone

    With a weight of 0, cross_entropy and nothing else.
    """
    if not weight:
        return cross_entropy(logits, targets, reduction="sum")
    nats, _, cache = cross_entropy_and_z(
        logits, targets, weight, reduction="sum")
    return nats, cache


def nats_beside_z_backward(dloss, cache, overwrite=False):
    """dloss () -> dlogits (..., V), of nats + z"""
    if isinstance(cache, Cache):
        return cross_entropy_and_z_backward(dloss, dloss, cache, overwrite)
    return cross_entropy_backward(dloss, cache, overwrite)


class Cache(NamedTuple):
    entropy: Any        # what cross_entropy keeps
    weight: float
    log_z: np.ndarray   # (...) log of softmax's denominator


def log_denominator(logits, entropy):
    """log sum_v exp(z_v), (...); of large logits it is known already"""
    _, belief = entropy
    if isinstance(belief, SlicedBelief):
        return (belief.top + np.log(belief.total))[..., 0]
    top = logits.max(-1, keepdims=True)                    # (..., 1)
    total = np.exp(logits - top).sum(-1, keepdims=True)    # (..., 1)
    return (top + np.log(total))[..., 0]
