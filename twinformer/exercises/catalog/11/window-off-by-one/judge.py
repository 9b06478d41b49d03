"""Texts shorter than the window, and longer."""
from numpy_impl import visible_mask


def case(source):
    return {"T": source.size(6), "window": source.size(5)}


def truth(T, window):
    return visible_mask(T, T, window)
