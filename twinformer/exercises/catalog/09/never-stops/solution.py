"""Targets of rows that are filled up with ends of text."""
import numpy as np


def targets_of(ids, end):
    """ids (B, T), the ends behind a text being padding -> targets (B, T)"""
    targets = np.concatenate([ids[:, 1:], np.full((len(ids), 1), end)], 1)
    padding = ids == end
    return np.where(padding, -100, targets)
