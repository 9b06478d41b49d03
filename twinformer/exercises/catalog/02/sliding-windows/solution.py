"""Windows of a text, and the same one token later."""
import numpy as np


def windows(tokens, length, stride):
    """tokens (N,) -> inputs, targets (windows, length); N is above length"""
    # <answer>
    starts = range(0, len(tokens) - length, stride)
    inputs = np.stack([tokens[s:s + length] for s in starts])
    targets = np.stack([tokens[s + 1:s + 1 + length] for s in starts])
    return inputs, targets
    # </answer>
