"""What a masked language model reads, and what it is asked."""
import numpy as np


def hide(ids, asked, how, random, mask_id):
    """all (B, T): ids, asked bool, how in [0, 1), random ids -> inputs, targets (B, T)"""
    # <answer>
    inputs = np.where(asked & (how < 0.8), mask_id, ids)
    inputs = np.where(asked & (how >= 0.9), random, inputs)
    return inputs, np.where(asked, ids, -100)
    # </answer>
