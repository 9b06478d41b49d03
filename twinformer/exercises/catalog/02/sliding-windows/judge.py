"""Texts that are a little longer than a window, or much."""
import numpy as np

from numpy_impl import SlidingWindows


def case(source):
    length = source.size(4)
    return {"tokens": source.ids((length + source.whole(1, 2 * source.cap),), 10),
            "length": length, "stride": source.size(5)}


def truth(tokens, length, stride):
    rows = SlidingWindows(tokens, length, stride)
    inputs, targets = zip(*(rows[i] for i in range(len(rows))))
    return np.stack(inputs), np.stack(targets)
