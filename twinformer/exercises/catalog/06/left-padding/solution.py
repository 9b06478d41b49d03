"""Prompts side by side, filled up on the left."""
import numpy as np


def left_padded(prompts, pad_id):
    """prompts: lists of ids, none empty -> ids, positions, real, (B, T) each"""
    T = max(map(len, prompts))
    padding = np.array([T - len(prompt) for prompt in prompts])
    # <answer>
    ids = np.array([[pad_id] * (T - len(prompt)) + list(prompt) for prompt in prompts])
    positions = np.maximum(np.arange(T) - padding[:, None], 0)
    return ids, positions, np.arange(T) >= padding[:, None]
    # </answer>
