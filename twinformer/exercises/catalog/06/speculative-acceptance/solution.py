"""Which guesses of a small model are kept."""
import numpy as np


def draw(p, uniform):
    """p (V,), uniform in [0, 1) -> an id; given"""
    return int((np.cumsum(p) <= uniform * np.sum(p)).sum())


def accepted(p, q, guesses, uniforms):
    """p (G + 1, V), q (G, V), G guesses, G + 1 uniforms -> a list of 1 to G + 1 ids"""
    # <answer>
    kept = []
    for i, guess in enumerate(guesses):
        if uniforms[i] * q[i][guess] >= p[i][guess]:
            more = np.maximum(p[i] - q[i], 0)
            return [*kept, draw(more / more.sum(), uniforms[-1])]
        kept.append(guess)
    return [*kept, draw(p[-1], uniforms[-1])]
    # </answer>
