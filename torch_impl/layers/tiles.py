"""Tiles: the queries and keys that attention looks at, cut into pieces that
fit into the cache. What no query of a tile sees is never touched.

Shapes: B batch, H query heads, G heads of keys and values, T query positions,
S key positions; in a tile, b and g = some of B and G, r = H / G query heads
that share a key head, t = queries, s = keys.
"""
from typing import NamedTuple

import torch

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
    sinks = q.new_full((H,), -torch.inf) if sinks is None else sinks
    sinks = sinks.reshape(1, G, H // G, 1, 1)
    documents = None if documents is None else documents[:, None]
    return q, k, v, sinks, documents, *others


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
    position = torch.arange(past + queries.stop, device=scores.device)
    query, key = position[past + queries.start:], position[keys]
    past_only = documents is None and (
        how.window is None or past + queries.stop - keys.start <= how.window)
    if past_only and keys.stop <= past + queries.start + 1:
        return scores  # all keys are seen by every query of the tile
    hidden = ~visible(query, key, how.window, documents)   # (..., t, s)
    by_head = scores.reshape(*scores.shape[:2], -1, len(query), len(key))
    by_head = by_head.masked_fill(hidden[..., None, :, :], -torch.inf)
    return by_head.reshape(scores.shape)


def rows(x, queries):
    """(b, g, r, T, n) -> (b, g, r t, n): some queries of all heads that share
    a key head, one head below the other, for a single product with it."""
    return x[..., queries, :].reshape(*x.shape[:2], -1, x.shape[-1])


def put(y, queries, x):
    """y[..., queries, :] = x (b, g, r t, n): the way back from rows"""
    place = y[..., queries, :]                             # (b, g, r, t, n)
    place[...] = x.reshape(place.shape)
