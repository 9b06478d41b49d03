"""Tiles: the queries and keys that attention looks at, cut into pieces that
fit into the cache. What no query of a tile sees is never touched.

Shapes: B batch, H query heads, G heads of keys and values, T query positions,
S key positions; in a tile, b and g = some of B and G, r = H / G query heads
that share a key head, t = queries, s = keys.
"""
from typing import NamedTuple

import numpy as np

from .visibility import visible, visible_span

__all__ = ["query_tiles", "key_tiles"]


class How(NamedTuple):
    """How it is computed."""
    window: int | None
    scale: float
    softcap: float | None
    tile: tuple[int, int]


def by_group(q, k, v, sinks, documents, *others):
    """q and others (B, H, T, n) -> (B, G, r, T, n), and what all share with
    axes of length 1. No sinks are sinks of -inf, with a weight of 0."""
    B, H, T, _ = q.shape
    G = k.shape[1]
    q, *others = (a.reshape(B, G, H // G, T, -1) for a in (q, *others))
    sinks = np.full(H, -np.inf, q.dtype) if sinks is None else sinks
    sinks = sinks.reshape(1, G, H // G, 1, 1)
    documents = None if documents is None else documents[:, None]
    return q, k, v, sinks, documents, *others


def work(q, k, how):
    """How many scores a head of keys has in a tile."""
    T, S, r = q.shape[2], k.shape[2], q.shape[1] // k.shape[1]
    t = min(T, max(1, how.tile[0] // r))
    s = min(S, how.tile[1], S if how.window is None else how.window + t)
    return r * t * s


def query_tiles(q, how):
    """All query positions, as slices."""
    r, T = q.shape[2:4]
    t = max(1, how.tile[0] // r)
    return [slice(i, min(i + t, T)) for i in range(0, T, t)]


def key_tiles(queries, past, documents, how):
    """The keys that a tile of queries looks at, as slices."""
    seen = visible_span(queries, past, how.window, documents)
    s, stop = how.tile[1], seen.stop
    return [slice(j, min(j + s, stop)) for j in range(seen.start, stop, s)]


def mask_tile(scores, queries, keys, past, documents, how):
    """-inf, a weight of 0, where the query does not see the key."""
    query = np.arange(queries.start, queries.stop) + past  # (t,)
    key = np.arange(keys.start, keys.stop)                 # (s,)
    past_only = documents is None and (
        how.window is None or query[-1] - key[0] < how.window)
    # so many keys, the oldest, are seen by every query of the tile
    seen = max(0, query[0] - key[0] + 1) if past_only else 0
    hidden = ~visible(query, key[seen:], how.window, documents)
    by_head = scores.reshape(*scores.shape[:2], -1, len(query), len(key))
    np.copyto(by_head[..., seen:], -np.inf, where=hidden[..., None, :, :])
    return scores


def rows(x, queries):
    """(b, g, r, T, n) -> (b, g, r t, n): some queries of all heads that share
    a key head, one head below the other, for a single product with it."""
    return x[..., queries, :].reshape(*x.shape[:2], -1, x.shape[-1])


def put(y, queries, x):
    """y[..., queries, :] = x (b, g, r t, n): the way back from rows"""
    place = y[..., queries, :]                             # (b, g, r, t, n)
    place[...] = x.reshape(place.shape)
