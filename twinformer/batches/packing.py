"""Several documents in one window, each of them on its own.

Windows of a corpus run over the ends of documents, so that no place is
wasted on padding. What comes before in the window is then often unrelated. A
document mask lets a token attend to its own document only:

    documents     7  7  7  8  8
    may attend    7 .  .  .  .
                  7  7 .  .  .
                  7  7  7 .  .
                  .  .  .  8 .
                  .  .  .  8  8

Shapes: B batch, T window, S documents (stretches of text without a gap).
"""
from typing import NamedTuple

import numpy as np

__all__ = ["PackedBatch", "document_ids", "document_mask",
           "document_positions", "packed_batch"]


class PackedBatch(NamedTuple):
    """A batch that knows its documents."""

    inputs: np.ndarray      # (B, T) int64
    targets: np.ndarray     # (B, T) int64
    documents: np.ndarray   # (B, T) int64: number of each input's document


def document_ids(starts: np.ndarray, offsets: np.ndarray,
                 length: int) -> np.ndarray:
    """Which document each token of some windows belongs to

    Parameters
    ----------
    starts : (S,) integers, rising, the first is 0
        Where documents start: ``PreparedCorpus.starts``.
    offsets : (B,) integers
        Where windows start.
    length : int
        Of the windows.

    Returns
    -------
    (B, length) int64
    """
    places = np.asarray(offsets)[:, None] + np.arange(length)   # (B, length)
    # of the dtype of starts: a cast would copy all of a memory-mapped file
    return np.searchsorted(starts, places.astype(starts.dtype), "right") - 1


def document_mask(documents: np.ndarray) -> np.ndarray:
    """documents (B, T) -> (B, T, T) bool: True = row may attend to column

    The causal mask within each document.
    """
    T = documents.shape[-1]
    same = documents[:, :, None] == documents[:, None, :]       # (B, T, T)
    return same & np.tri(T, dtype=bool)


def document_positions(documents: np.ndarray) -> np.ndarray:
    """documents (B, T) -> (B, T) int64: positions from 0 in each document

    A document that began before the window begins at 0 here.
    """
    places = np.arange(documents.shape[-1])                     # (T,)
    first = np.ones(documents.shape, bool)                      # (B, T)
    first[:, 1:] = documents[:, 1:] != documents[:, :-1]
    return places - np.maximum.accumulate(np.where(first, places, 0), axis=1)


def packed_batch(windows, indices: np.ndarray, starts: np.ndarray,
                 ignore_index: int | None = None) -> PackedBatch:
    """Some windows, with their documents

    Parameters
    ----------
    windows : SlidingWindows
        Of numpy_impl.
    indices : (B,) integers
        Which of them: ``Batches.next_indices``.
    starts : (S,) integers
        As in ``document_ids``.
    ignore_index
        Given, it takes the place of targets in another document than their
        input: nothing in a document says how the next one begins.
    """
    inputs, targets = windows.__getitems__(indices)             # (B, T)
    offsets = np.asarray(indices) * windows.stride              # (B,)
    documents = document_ids(starts, offsets, windows.max_length + 1)
    if ignore_index is not None:
        crosses = documents[:, 1:] != documents[:, :-1]         # (B, T)
        targets = np.where(crosses, ignore_index, targets)
    return PackedBatch(inputs, targets, documents[:, :-1])
