"""Visibility: which keys a query may attend to. A model that writes from left
to right sees the past alone; with a window only the last part of it, which
makes long texts affordable; and where several documents are packed into one
sequence, each position sees its own document.

Shapes: ... = any leading axes (batch), T = query positions, S = key positions,
t, s = some of them.
"""
import numpy as np

__all__ = ["visible", "visible_mask", "visible_span"]


def visible(query, key, window=None, documents=None):
    """Who sees whom: query - window < key <= query, in the same document.

    Windows: Beltagy et al. 2020 (arXiv:2004.05150), section 3.1, here of the
    past alone, as in Mistral 7B (Jiang et al. 2023, arXiv:2310.06825). The
    query itself counts, as in transformers: with 1 it sees nothing else. A
    negative document is padding, which neither sees nor is seen.
    query (..., t), key (s,): positions; documents (..., S) -> (..., t, s)
    """
    later = query[..., None]                               # (..., t, 1)
    seen = key <= later                                    # (..., t, s)
    if window is not None:
        seen = seen & (key > later - window)
    if documents is not None:
        query = np.broadcast_to(query, (*documents.shape[:-1],
                                        query.shape[-1]))
        own = np.take_along_axis(documents, query, -1)[..., None]
        other = documents[..., None, key]                  # (..., 1, s)
        seen = seen & (own == other) & (other >= 0)
    return seen


def visible_mask(T, S, window=None, documents=None):
    """(T, S), True where query t may attend to key s; (..., T, S) where there
    are documents (..., S). The queries are the last T positions."""
    query = np.arange(S - T, S)                            # (T,)
    key = np.arange(S)                                     # (S,)
    return visible(query, key, window, documents)


def visible_span(queries, past, window=None, documents=None):
    """The keys that a tile of queries looks at, both as slices: from the left
    edge of its first query's window to its last query.

    Of documents, none before the tile's first nor after its last: of those
    that are packed in their order, the other ones are never looked at.
    """
    first, stop = past + queries.start, past + queries.stop
    start = 0 if window is None else max(0, first - window + 1)
    if documents is None:
        return slice(start, stop)
    own, other = documents[..., first:stop], documents[..., start:stop]
    last = own.max(-1, keepdims=True)                      # (..., 1)
    least = np.where(own < 0, last, own).min(-1, keepdims=True)
    near = (other >= 0) & (other >= least) & (other <= last)
    near = np.flatnonzero(near.reshape(-1, stop - start).any(0))
    if not near.size:
        return slice(start, start + 1)  # one, which is masked
    return slice(start + int(near[0]), start + int(near[-1]) + 1)
