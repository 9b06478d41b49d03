"""Experts that are often chosen, and some that are never; now and then many tokens."""
import numpy as np

from numpy_impl import dispatch


def case(source):
    N, E = source.choice([*(source.size(4) for _ in range(11)), 40]), source.size(4)
    k = source.whole(1, E)
    chosen = np.stack([source.generator.permutation(E)[:k] for _ in range(N)])
    return {"chosen": chosen, "E": E}


def truth(chosen, E):
    tokens, places, runs = dispatch(chosen, E)
    return tokens, places, np.array([runs.get(e, 0) for e in range(E)])
