"""Reading: where only some positions' outputs are wanted, as a classifier's
or a prompt's last, the last block need not compute the others.

Shapes: B batch, T positions, S key positions, P positions that are read,
D any width.
"""
import numpy as np

from .visibility import visible

__all__ = ["read_rows", "read_rows_backward", "read_positions", "read_mask"]


def read_rows(x, read):
    """x (B, T, D), read (B, P) or None for all -> (B, P, D)"""
    if read is None:
        return x
    return np.take_along_axis(x, read[..., None], 1)


def read_rows_backward(dy, read, T):
    """dy (B, P, D) -> dx (B, T, D)

    A position that was read gets the gradients of all its readings, which add
    up; any other has had no influence, and gets 0.
    """
    if read is None:
        return dy
    dx = np.zeros((len(dy), T, dy.shape[-1]), dy.dtype)
    batch = np.arange(len(dy))[:, None]                    # (B, 1)
    np.add.at(dx, (batch, read), dy)  # dx[batch, read] += dy keeps only one
    return dx


def read_positions(positions, read):
    """Where the tokens that are read stand: a slice or (B, T) -> (B, P)"""
    if read is None:
        return positions
    if isinstance(positions, slice):
        return positions.start + read                      # (B, P)
    return np.take_along_axis(positions, read, 1)


def read_mask(mask, read, T, S, window=None, documents=None):
    """Whom the positions that are read may attend to: (B, P, S)

    mask (T, S) or (B, T, S), None = whom visibility.py says, with the queries
    the last T of S positions. Of a mask only what is in the window stays;
    where read is None, all its rows.
    """
    if mask is not None and window is not None:
        query, key = np.arange(S - T, S)[:, None], np.arange(S)
        mask = mask & (query - key < window)               # (..., T, S)
    if read is None:
        return mask
    if mask is None:
        keys = np.arange(S)
        return visible(read + S - T, keys, window, documents)
    if mask.ndim == 2:
        return mask[read]                                  # (B, P, S)
    return np.take_along_axis(mask, read[..., None], 1)
