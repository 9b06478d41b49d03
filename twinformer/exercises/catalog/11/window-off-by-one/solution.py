"""Who sees whom, with a window."""
import numpy as np


def window_mask(T, window):
    """(T, T) booleans, True = may attend"""
    query, key = np.arange(T)[:, None], np.arange(T)
    near = query - key < window
    return near & (key <= query)
