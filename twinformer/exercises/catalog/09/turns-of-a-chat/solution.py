"""What a model learns from a conversation."""
import numpy as np


def targets_of(text, answers, end):
    """text: T ids; answers: [(start, stop), ...], start at least 1 -> targets (T,)"""
    # <answer>
    targets = np.array([*text[1:], end])
    keep = np.zeros(len(text), bool)
    for start, stop in answers:
        keep[start - 1:stop - 1] = True
    keep[-1] = True
    return np.where(keep, targets, -100)
    # </answer>
