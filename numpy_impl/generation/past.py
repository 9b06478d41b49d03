"""What is done to key/value caches between two steps: rows are chosen, when
beams branch; tokens are taken back, when a guess was wrong.

A past is the list that a model's new_past() returns, a cache for each block.

Shapes: B rows, G key/value heads, K head width, W = a cache's capacity.
"""
import numpy as np

__all__ = ["take_rows", "places_of", "remember", "rewind"]


def take_rows(past, rows):
    """Row i of every cache becomes what row rows[i] was; rows (B',)"""
    for cache in past:
        if cache.k is not None:
            cache.k, cache.v = cache.k[rows], cache.v[rows]
            if cache.documents is not None:
                cache.documents = cache.documents[rows]


def places_of(cache, start: int, stop: int):
    """Where a cache puts the tokens from start to stop"""
    return np.arange(start, stop) % cache.capacity


def remember(past, n: int):
    """What the next n tokens will overwrite, for rewind: [(k, v), ...]

    A ring of W tokens loses its oldest ones to them; n must not be above W.
    """
    kept: list = []
    for cache in past:
        if cache.k is None or cache.length + n <= cache.capacity:
            kept.append(None)  # nothing is lost
            continue
        cache.allocate(cache.capacity, cache.k, cache.v, cache.documents)
        places = places_of(cache, cache.length, cache.length + n)
        kept.append((cache.length, cache.k[:, :, places],
                     cache.v[:, :, places]))
    return kept


def rewind(past, length: int, kept):
    """Take back all tokens behind the first `length` ones

    kept : from remember, before they came
    """
    for cache, lost in zip(past, kept, strict=True):
        end = cache.length
        cache.length = min(length, end)
        if lost is not None and length < end:
            start, k, v = lost
            places = places_of(cache, length, end)
            back = slice(length - start, end - start)
            cache.k[:, :, places] = k[:, :, back]
            cache.v[:, :, places] = v[:, :, back]
