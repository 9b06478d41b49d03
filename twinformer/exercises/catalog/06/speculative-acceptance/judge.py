"""Distributions in eighths; a guess is one that q may draw."""
import numpy as np

from numpy_impl import accepted_tokens


def case(source):
    G, V = source.whole(1, 3), source.whole(2, 1 + source.cap)
    counts = np.stack([np.bincount(source.ids((8,), V), minlength=V)
                       for _ in range(2 * G + 1)]) / 8
    p, q = counts[:G + 1], counts[G + 1:]
    guesses = [int(source.choice(np.flatnonzero(row))) for row in q]
    return {"p": p, "q": q, "guesses": guesses,
            "uniforms": (source.ids((G + 1,), 16) / 16 + 1 / 64).tolist()}


def truth(p, q, guesses, uniforms):
    return accepted_tokens(p, q, guesses, uniforms)
