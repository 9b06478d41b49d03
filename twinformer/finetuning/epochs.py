"""Epochs: every example once, in an order that follows from the seed.

The order depends on (seed, epoch) alone, so that a run that is resumed needs
to know no more than how many steps it has done.
"""
from collections.abc import Sequence

import numpy as np

__all__ = ["by_length", "epoch_batches", "epoch_steps"]

GROUPS = 32    # batches whose examples are sorted by length together


def epoch_batches(lengths: Sequence[int], batch_size: int, seed: int,
                  epoch: int, *, drop_last: bool = True,
                  group_by_length: bool = False) -> list[np.ndarray]:
    """The batches of one epoch, as arrays of indices of examples.

    Parameters
    ----------
    lengths
        Of all examples, in tokens.
    epoch
        From 0.
    drop_last
        Leave out what does not fill a batch, unless it is all there is.
    group_by_length
        Sort by length within every 32 batches of the shuffled examples: there
        is little padding left, and nearly all of the randomness.

    Raises
    ------
    ValueError
        Where there is no example.
    """
    if not len(lengths):
        raise ValueError("there is no example to train on")
    generator = np.random.default_rng([seed, epoch])
    order = generator.permutation(len(lengths))
    whole = len(order) // batch_size * batch_size
    if drop_last and whole:
        order = order[:whole]
    if not group_by_length:
        return cut(order, batch_size)
    batches = []
    for group in cut(order, GROUPS * batch_size):
        by_length = np.argsort(np.asarray(lengths)[group], kind="stable")
        batches += cut(group[by_length], batch_size)
    return [batches[i] for i in generator.permutation(len(batches))]


def epoch_steps(examples: int, batch_size: int, accumulation: int,
                drop_last: bool = True) -> int:
    """Optimizer steps in an epoch; its last may have fewer microbatches."""
    batches = (max(1, examples // batch_size) if drop_last
               else -(-examples // batch_size))
    return -(-batches // accumulation)


def by_length(lengths: Sequence[int], size: int = 8) -> list[np.ndarray]:
    """Batches of indices to measure by: like lengths, little padding."""
    return cut(np.argsort(np.asarray(lengths, np.int64), kind="stable"), size)


def cut(order: np.ndarray, size: int) -> list[np.ndarray]:
    return [order[start:start + size] for start in range(0, len(order), size)]
