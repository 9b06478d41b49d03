"""Temperature: sharpen or flatten a distribution."""
import numpy as np


def with_temperature(logits, temperature):
    """logits (V,), temperature at least 0 -> probabilities (V,)"""
    # <answer>
    if temperature == 0:
        p = np.zeros(len(logits))
        p[np.argmax(logits)] = 1
        return p
    e = np.exp((logits - logits.max()) / temperature)
    return e / e.sum()
    # </answer>
