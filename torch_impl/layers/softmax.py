"""Softmax: turn scores into a probability distribution, larger scores into
larger shares. Attention uses it to spread its weight over positions, the loss
to spread its belief over the vocabulary.

Shapes: ... = any leading axes, S = the scores that share one distribution.
"""
import torch

__all__ = ["softmax", "log_softmax", "masked_softmax"]


def softmax(x):
    """p_i = exp(x_i) / sum_j exp(x_j) over the last axis.

    Subtracting the largest score changes nothing, for it cancels in the
    fraction, and keeps exp from overflowing. Autograd need not look at it.
    x (..., S) -> p (..., S)
    """
    e = torch.exp(x - x.detach().amax(-1, keepdim=True))   # (..., S)
    return e / e.sum(-1, keepdim=True)


def log_softmax(x):
    """log p_i = x_i - log sum_j exp(x_j) over the last axis.

    The logarithm of a share that rounds to 0 stays finite this way.
    x (..., S) -> log p (..., S)
    """
    shifted = x - x.detach().amax(-1, keepdim=True)        # (..., S)
    return shifted - torch.log(torch.exp(shifted).sum(-1, keepdim=True))


def masked_softmax(x, mask):
    """Softmax over the entries where mask is True; the others get 0. None: all
    entries.

    A row without any True gets all zeros rather than 0/0.
    x, mask (..., S) -> p (..., S)
    """
    if mask is None:
        return softmax(x)
    x = torch.where(mask, x, -torch.inf)                   # (..., S)
    top = x.detach().amax(-1, keepdim=True)                # (..., 1)
    e = torch.exp(x - torch.where(top == -torch.inf, 0, top))
    total = e.sum(-1, keepdim=True)                        # (..., 1)
    return e / torch.where(total == 0, 1, total)
