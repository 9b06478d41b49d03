"""Learning from comparisons: of two answers to a prompt, people preferred one.

A model (the policy) is compared with the model it began as (the reference).
Its margin is how much more it leans towards the chosen answer than that did:

    margin = log policy(chosen)   - log reference(chosen)
           - log policy(rejected) + log reference(rejected)

At the start both are the same model, and every margin is 0.

Shapes: ... any, usually B pairs.
"""
from typing import NamedTuple

import numpy as np

__all__ = ["dpo_loss", "dpo_loss_backward", "ipo_loss", "ipo_loss_backward"]


def dpo_loss(margins, beta=0.1, label_smoothing=0.0):
    """loss = -(1 - e) log sigmoid(beta h) - e log sigmoid(-beta h)

    Rafailov et al. 2023 (arXiv:2305.18290), eq. 7: the policy as its own
    reward model, beta log(policy / reference) being the reward of an answer;
    the loss is that of a coin that should fall on the chosen one. At h = 0 it
    is log 2, whatever beta and e.

    beta : how much a step away from the reference costs; larger, nearer to it
    label_smoothing : e, the share of comparisons believed to be the wrong way
        round (conservative DPO, Mitchell 2023); the loss is then least at a
        finite margin, log(1/e - 1) / beta.
    margins h (...) -> (...), cache
    """
    z = beta * margins                                     # (...)
    right, wrong = log_sigmoid(z), log_sigmoid(-z)         # (...)
    losses = -(1 - label_smoothing) * right - label_smoothing * wrong
    return losses, DPOCache(right, wrong, beta, label_smoothing)


class DPOCache(NamedTuple):
    right: np.ndarray  # (...) log sigmoid(beta h)
    wrong: np.ndarray  # (...) log sigmoid(-beta h)
    beta: float
    label_smoothing: float


def dpo_loss_backward(dloss, cache):
    """dloss () or (...) -> dmargins (...)

    The slope of log sigmoid(z) is sigmoid(-z), so

        dh = -beta ((1 - e) sigmoid(-beta h) - e sigmoid(beta h)) dloss

    Pairs that are ranked wrongly pull hardest, with up to beta; a pair that is
    won by far is left in peace.
    """
    right, wrong, beta, label_smoothing = cache
    slope = ((1 - label_smoothing) * np.exp(wrong)
             - label_smoothing * np.exp(right))            # (...)
    return -beta * slope * dloss


def ipo_loss(margins, beta=0.1):
    """loss = (h - 1 / (2 beta))^2

    Azar et al. 2023 (arXiv:2310.12036), eq. 17, with beta for their tau. DPO
    pays for ever larger margins where people always agree, and forgets the
    reference; here the margin has a goal, and beyond it the loss rises again.
    margins h (...) -> (...), cache
    """
    excess = margins - 1 / (2 * beta)                      # (...)
    return excess * excess, excess


def ipo_loss_backward(dloss, excess):
    """dloss () or (...) -> dmargins (...): 2 (h - 1 / (2 beta)) dloss"""
    return 2 * excess * dloss


def log_sigmoid(x):
    """log(1 / (1 + exp(-x))); exp of a positive number, which could overflow,
    is never taken."""
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))
