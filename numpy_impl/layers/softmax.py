"""Softmax: turn scores into a probability distribution, larger scores into
larger shares. Attention uses it to spread its weight over positions, the loss
to spread its belief over the vocabulary.

Shapes: ... = any leading axes, S = the scores that share one distribution.
"""
import numpy as np

__all__ = ["softmax", "log_softmax", "masked_softmax",
           "softmax_backward", "log_softmax_backward"]


def softmax(x):
    """p_i = exp(x_i) / sum_j exp(x_j) over the last axis.

    Subtracting the largest score changes nothing, for it cancels in the
    fraction, and keeps exp from overflowing.
    x (..., S) -> p (..., S)
    """
    e = np.exp(x - x.max(-1, keepdims=True))               # (..., S)
    return e / e.sum(-1, keepdims=True)


def log_softmax(x):
    """log p_i = x_i - log sum_j exp(x_j) over the last axis.

    The logarithm of a share that rounds to 0 stays finite this way.
    x (..., S) -> log p (..., S)
    """
    shifted = x - x.max(-1, keepdims=True)                 # (..., S)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def masked_softmax(x, mask):
    """Softmax over the entries where mask is True; the others get 0. None: all
    entries.

    A row without any True gets all zeros rather than 0/0.
    x, mask (..., S) -> p (..., S)
    """
    if mask is None:
        return softmax(x)
    x = np.where(mask, x, -np.inf)                         # (..., S)
    top = x.max(-1, keepdims=True)                         # (..., 1)
    e = np.exp(x - np.where(top == -np.inf, 0, top))       # (..., S)
    total = e.sum(-1, keepdims=True)                       # (..., 1)
    return e / np.where(total == 0, 1, total)


def softmax_backward(dp, p):
    """dp, p (..., S) -> dx (..., S)

    dp_i/dx_j = p_i (1[i=j] - p_j): a score raises its own share and lowers all
    others, since they sum to one. Summed over the i that x_j reaches,

        dx = p * (dp - sum_i dp_i p_i)

    Only what is better or worse than the average gradient counts: sum(dx) = 0.
    It holds for a masked softmax too, as p = 0 there stops the gradient.
    """
    return p * (dp - (dp * p).sum(-1, keepdims=True))


def log_softmax_backward(dlogp, logp):
    """dlogp, logp (..., S) -> dx (..., S)

    x_j reaches log p_i directly where i = j, and all of them through the
    normaliser, whose derivative is p_j:  dx = dlogp - p * sum_i dlogp_i
    """
    return dlogp - np.exp(logp) * dlogp.sum(-1, keepdims=True)
