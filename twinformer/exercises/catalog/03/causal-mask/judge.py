"""As many keys as queries, or more."""
from numpy_impl import visible_mask


def case(source):
    T = source.size(5)
    return {"T": T, "S": T + source.choice([0, 0, source.size(3)]),
            "window": source.choice([None, source.size(4)])}


def truth(T, S, window):
    return visible_mask(T, S, window)
