"""Pairs of answers as one batch: the chosen ones first, then the rejected.

Shapes: B pairs, T positions.
"""
from typing import NamedTuple

import numpy as np

from .collate import IGNORE, PreferenceBatch

__all__ = ["PairBatch", "pair_batch"]


class PairBatch(NamedTuple):
    """Pairs of answers, each with its prompt before it."""

    inputs: np.ndarray     # (2 B, T) int64
    targets: np.ndarray    # (2 B, T) int64, IGNORE at prompt and padding
    reference: np.ndarray  # (2 B,) float: the reference's log-probabilities


def pair_batch(batch: PreferenceBatch, reference=None) -> PairBatch:
    """A collated batch as one of inputs and targets; reference None = 0."""
    ids = np.concatenate([batch.chosen, batch.rejected])   # (2 B, T + 1)
    mask = np.concatenate([batch.chosen_mask, batch.rejected_mask])
    targets = np.where(mask[:, 1:], ids[:, 1:], IGNORE)    # (2 B, T)
    if reference is None:
        reference = np.zeros(len(ids))
    return PairBatch(ids[:, :-1], targets, np.asarray(reference))
