"""The log-probability of each answer of a batch."""
import numpy as np


def log_softmax(x):
    """Over the last axis; given."""
    shifted = x - x.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def log_probabilities(logits, targets):
    """logits (B, T, V), targets (B, T) of ids or -100 -> (B,)"""
    # <answer>
    kept = targets != -100
    target = np.where(kept, targets, 0)[..., None]
    chosen = np.take_along_axis(log_softmax(logits), target, -1)[..., 0]
    return np.where(kept, chosen, 0).sum(1)
    # </answer>
