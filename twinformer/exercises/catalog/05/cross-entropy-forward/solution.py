"""Cross-entropy: the surprise at what really came, in nats."""
import numpy as np


def cross_entropy(logits, targets):
    """logits (..., V), targets (...) of 0..V-1 or -100 -> the mean loss, a number"""
    # <answer>
    kept = targets != -100
    target = np.where(kept, targets, 0)[..., None]
    shifted = logits - logits.max(-1, keepdims=True)
    chosen = np.take_along_axis(shifted, target, -1)[..., 0]
    losses = np.log(np.exp(shifted).sum(-1)) - chosen
    return np.where(kept, losses, 0).sum() / max(1, kept.sum())
    # </answer>
