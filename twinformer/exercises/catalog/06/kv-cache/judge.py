"""Texts that grow by one or several tokens at a time, now and then too far."""
from numpy_impl import KVCache


def case(source):
    B, G, K = (source.size(2) for _ in range(3))
    steps = [source.choice([1, 1, source.size(3)]) for _ in range(source.whole(1, 4))]
    shapes = [(B, G, T, K) for T in steps]
    return {"capacity": max(1, sum(steps) - source.choice([0, 0, 0, 1])),
            "keys": [source.numbers(shape) for shape in shapes],
            "values": [source.numbers(shape) for shape in shapes]}


def run(cache_class, capacity, keys, values):
    """What each call returned, or that it was refused"""
    cache, found = cache_class(capacity), []
    for k, v in zip(keys, values):
        try:
            found.append([a.copy() for a in cache.extend(k, v)])
        except ValueError:
            found.append("refused")
    return found


class KeysAndValues(KVCache):
    """What the reference returns besides, the documents, is not asked for."""

    def extend(self, k, v):
        return super().extend(k, v)[:2]


def truth(**given):
    return run(KeysAndValues, **given)
