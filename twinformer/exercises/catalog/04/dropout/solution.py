"""Inverted dropout: it scales while training, and leaves inference alone."""


def dropout(x, kept, rate):
    """x (...), kept (...) bool, rate in [0, 1) -> y (...)"""
    # <answer>
    return x * kept / (1 - rate)
    # </answer>


def dropout_backward(dy, kept, rate):
    """dy (...) -> dx (...)"""
    # <answer>
    return dy * kept / (1 - rate)
    # </answer>


def dropout_and_gradient(x, kept, rate, dy):
    """What is checked: both of them; given."""
    return dropout(x, kept, rate), dropout_backward(dy, kept, rate)
