"""Reading: where only some positions' outputs are wanted, as a classifier's
or a prompt's last, the last block need not compute the others.

Shapes: B batch, T positions, S key positions, P positions that are read,
D any width.
"""
import torch

from .visibility import visible

__all__ = ["read_rows", "read_positions", "read_mask"]


def read_rows(x, read):
    """x (B, T, D), read (B, P) or None for all -> (B, P, D)"""
    if read is None:
        return x
    return torch.take_along_dim(x, read[..., None], 1)


def read_positions(positions, read):
    """Where the tokens that are read stand: a slice or (B, T) -> (B, P)"""
    if read is None:
        return positions
    if isinstance(positions, slice):
        return positions.start + read                      # (B, P)
    return torch.take_along_dim(positions, read, 1)


def read_mask(mask, read, T, S, window=None, documents=None):
    """Whom the positions that are read may attend to: (B, P, S)

    mask (T, S) or (B, T, S), None = whom visibility.py says, with the queries
    the last T of S positions. Of a mask only what is in the window stays;
    where read is None, all its rows.
    """
    if mask is not None and window is not None:
        query, key = torch.arange(S - T, S)[:, None], torch.arange(S)
        near = (query - key < window).to(mask.device)      # (T, S)
        mask = mask & near                                 # (..., T, S)
    if read is None:
        return mask
    if mask is None:
        keys = torch.arange(S, device=read.device)
        return visible(read + S - T, keys, window, documents)
    if mask.ndim == 2:
        return mask[read]                                  # (B, P, S)
    return torch.take_along_dim(mask, read[..., None], 1)
