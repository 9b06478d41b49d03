"""Which keys a query may attend to."""
import numpy as np


def causal_mask(T, S, window=None):
    """(T, S) booleans, True = may attend; the queries are the last T of S positions"""
    # <answer>
    query = np.arange(S - T, S)[:, None]                   # (T, 1)
    key = np.arange(S)                                     # (S,)
    mask = key <= query
    if window is not None:
        mask = mask & (key > query - window)
    return mask
    # </answer>
