"""Windows anywhere in a text of different tokens."""
import numpy as np

from numpy_impl import SlidingWindows


def case(source):
    length = source.size(4)
    n = length + source.whole(2, 5)
    return {"tokens": 10 + source.generator.permutation(n),
            "starts": source.generator.integers(0, n - length, size=source.size(3)),
            "length": length}


def truth(tokens, starts, length):
    rows = SlidingWindows(tokens, length, 1)
    inputs, targets = zip(*(rows[int(start)] for start in starts))
    return np.stack(inputs), np.stack(targets)
