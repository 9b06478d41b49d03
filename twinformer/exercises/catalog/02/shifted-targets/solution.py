"""Windows of a text at given starts."""
import numpy as np


def batch(tokens, starts, length):
    """tokens (N,), starts (B,) -> inputs (B, length), targets (B, length)"""
    positions = starts[:, None] + np.arange(length)        # (B, length)
    inputs = tokens[positions]
    targets = tokens[positions + 1]
    return inputs, targets
