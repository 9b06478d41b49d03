"""Direct preference optimisation: the loss of a margin, and its gradient."""
import numpy as np


def log_sigmoid(x):
    """log(1 / (1 + exp(-x))), without overflow; given"""
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def dpo_loss(margins, beta=0.1, label_smoothing=0.0):
    """margins (...) -> losses (...), cache"""
    right, wrong = log_sigmoid(beta * margins), log_sigmoid(-beta * margins)
    losses = -(1 - label_smoothing) * right - label_smoothing * wrong
    return losses, (right, wrong, beta, label_smoothing)


def dpo_loss_backward(dloss, cache):
    """dloss (...) -> dmargins (...)"""
    right, wrong, beta, e = cache
    # <answer>
    slope = (1 - e) * np.exp(wrong) - e * np.exp(right)
    return -beta * slope * dloss
    # </answer>
