"""Which call of one model is which call of the other.

By name where both have it, once the names of GPT-2 in transformers are read as
ours. Models that share too few names are aligned as two sequences: the longest
common row of outputs of the same shape (Needleman and Wunsch 1970), in which
equal values and equal last words of a name break ties. A pairing that leaves no
call alone is worth more than equal values: where queries and keys are swapped,
they are still paired as queries and as keys.
"""
import numpy as np

from .trace import Seen

__all__ = ["aligned"]

VALUES, WORDS = 0.5, 0.25       # what they add to the 1 of an equal shape
NEAR = 1e-3                     # fingerprints of equal values, relative


def aligned(ours: list[Seen], theirs: list[Seen]) -> list[tuple[int, int]]:
    """Pairs of indices, both rising; every call is in one pair at most."""
    by_name = paired_by_name(ours, theirs)
    if 2 * len(by_name) >= min(len(ours), len(theirs)):
        return by_name
    return paired_in_order(ours, theirs)


def paired_by_name(ours, theirs) -> list[tuple[int, int]]:
    places = {(call.name, call.call): j for j, call in enumerate(theirs)}
    pairs, last = [], -1
    for i, call in enumerate(ours):
        j = places.get((call.name, call.call), -1)
        if j > last and same_shape(call.y, theirs[j].y):
            pairs.append((i, j))
            last = j
    return pairs


def paired_in_order(ours, theirs) -> list[tuple[int, int]]:
    """The pairing of the largest sum of likenesses, by dynamic programming."""
    n, m = len(ours), len(theirs)
    prints = [fingerprint(call.y) for call in ours], [fingerprint(call.y) for call in theirs]
    like = np.zeros((n, m))
    for i, a in enumerate(ours):
        for j, b in enumerate(theirs):
            if same_shape(a.y, b.y):
                near = abs(prints[0][i] - prints[1][j]) <= NEAR * abs(prints[0][i])
                words = a.name.rpartition(".")[2] == b.name.rpartition(".")[2]
                like[i, j] = 1 + VALUES * near + WORDS * words
    best = np.zeros((n + 1, m + 1))
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            take = like[i, j] + best[i + 1, j + 1] if like[i, j] else 0
            best[i, j] = max(take, best[i + 1, j], best[i, j + 1])
    pairs, i, j = [], 0, 0
    while i < n and j < m:
        if like[i, j] and best[i, j] == like[i, j] + best[i + 1, j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i, j] == best[i + 1, j]:
            i += 1
        else:
            j += 1
    return pairs


def same_shape(a, b) -> bool:
    """Equal, but for how the leading axes are folded."""
    return a.size == b.size and a.shape[-1:] == b.shape[-1:]


def fingerprint(y) -> float:
    """A random weighted sum: the same for the same numbers."""
    return float(y.ravel() @ np.random.default_rng(0).standard_normal(y.size))
