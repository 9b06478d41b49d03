"""Texts that are shorter than the window, or go round several times."""
from numpy_impl import RingKVCache


def case(source):
    n, K = source.whole(1, 2 * source.cap), source.size(2)
    return {"window": source.size(4), "keys": list(source.numbers((n, K)))}


def run(ring, window, keys):
    """What each call returned"""
    own = ring(window)
    return [own.extend(k).copy() for k in keys]


def truth(window, keys):
    ring = RingKVCache(window)
    return [ring.extend(k[None, None, None], k[None, None, None])[0][0, 0].copy() for k in keys]
