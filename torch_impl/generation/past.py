"""What is done to key/value caches between two steps: rows are chosen, when
beams branch; tokens are taken back, when a guess was wrong; rows of several
pasts come together, when texts join a batch that is already being written.

A past is the list that a model's new_past() returns, a cache for each block.

Shapes: B rows, G key/value heads, K head width, W = a cache's capacity.
"""
import torch
from torch.nn import functional as F

from twinformer.generation.left_padding import FILLED_UP, TEXT

__all__ = ["take_rows", "places_of", "remember", "rewind", "gather"]


@torch.inference_mode()
def take_rows(past, rows):
    """Row i of every cache becomes what row rows[i] was; rows (B',)"""
    for cache in past:
        if cache.k is not None:
            rows = rows.to(cache.k.device)                 # (B',)
            cache.k, cache.v = cache.k[rows], cache.v[rows]
            if cache.documents is not None:
                cache.documents = cache.documents[rows]


def places_of(cache, start: int, stop: int):
    """Where a cache puts the tokens from start to stop"""
    return torch.arange(start, stop) % cache.capacity


@torch.inference_mode()
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


@torch.inference_mode()
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


@torch.inference_mode()
def gather(parts, length: int, padded: bool):
    """Rows of several pasts, as one past of `length` columns

    All end in the same column: what is missing on the left is filled up, and
    nobody sees it; what is too much there is dropped.

    parts : (past, rows (B',)) each
    padded : whether a row is filled up; if none is, no documents are kept
    """
    pasts, rows = zip(*parts, strict=True)
    return [gathered(caches, rows, length, padded)
            for caches in zip(*pasts, strict=True)]


def gathered(caches, rows, length, padded):
    """One block's cache with the rows of several"""
    fresh = type(caches[0])(caches[0].capacity)
    kept = min(length, fresh.capacity)     # a ring has the latest only
    k, v, documents = (torch.cat(arrays) for arrays in zip(
        *map(latest, caches, rows, [kept] * len(rows)), strict=True))
    if not padded:
        documents = None
    fresh.allocate(kept, k, v, documents)
    fresh.write(places_of(fresh, length - kept, length), k, v, documents)
    fresh.length = length
    return fresh


def latest(cache, rows, n: int):
    """k, v (B', G, n, K), documents (B', n) of the latest n columns"""
    have = min(n, cache.length, cache.capacity)
    k, v, documents = cache.read(
        places_of(cache, cache.length - have, cache.length))
    if documents is None:
        documents = torch.full((len(k), have), TEXT, device=k.device)
    rows = rows.to(k.device)                               # (B',)
    more = (n - have, 0)                                   # on the left
    wide = (0, 0, *more)
    return (F.pad(k[rows], wide), F.pad(v[rows], wide),
            F.pad(documents[rows], more, value=FILLED_UP))
