"""Instructions and answers in one batch."""
import numpy as np


def collate(texts, end, prompt_lengths):
    """texts: lists of ids, prompt and answer -> inputs, targets (B, T)"""
    B, T = len(texts), max(map(len, texts))
    # <answer>
    inputs = np.full((B, T), end)
    targets = np.full((B, T), -100)
    for row, text in enumerate(texts):
        n = len(text)
        inputs[row, :n] = text
        targets[row, :n - 1] = text[1:]
        targets[row, n - 1] = end
        targets[row, :prompt_lengths[row] - 1] = -100
    return inputs, targets
    # </answer>
