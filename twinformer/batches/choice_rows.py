"""Texts and their candidate endings -> rectangular batches to be scored.

    context   the cat sat on
    choice    the mat
    inputs    the cat sat on the
    read                   3   4    positions whose next token is scored
    targets              the mat

Rows are filled up at their end, where a causal model's earlier positions
cannot see it; shorter choices with targets of -100, which the loss leaves out.

Shapes: N rows, B batch, T positions of the longest row of a batch, P tokens
of its longest choice.
"""
from collections.abc import Sequence

from typing import NamedTuple

import numpy as np

from .collate import IGNORE

__all__ = ["ChoiceScores", "batches_by_length", "check_choices", "choice_batch"]


class ChoiceScores(NamedTuple):
    """What a model makes of N choices."""

    log_likelihood: np.ndarray  # (N,) float64: ln p(choice | context)
    greedy: np.ndarray          # (N,) bool: each token was the likeliest



def check_choices(contexts: Sequence[Sequence[int]],
                  choices: Sequence[Sequence[int]],
                  context_length: int) -> None:
    """ValueError where a row cannot be scored; it says which one.

    A context may be as long as it likes: its beginning is cut off.
    """
    if len(contexts) != len(choices):
        raise ValueError(f"every choice needs its context: got "
                         f"{len(contexts)} contexts, {len(choices)} choices")
    for row, (context, choice) in enumerate(zip(contexts, choices)):
        if not len(context):
            raise ValueError(
                f"row {row} has no context, and a first token cannot be "
                "scored without one; give the end-of-text token")
        if not 1 <= len(choice) <= context_length:
            raise ValueError(
                f"row {row}: a choice must have 1 to {context_length} "
                f"tokens, as many as the model sees, got {len(choice)}")


def choice_batch(contexts: Sequence[Sequence[int]],
                 choices: Sequence[Sequence[int]],
                 context_length: int
                 ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """-> inputs (B, T), read (B, P), targets (B, P), all int64

    The model sees the last context_length tokens in front of each target's
    successor: of rows that are longer, the beginning is left out.
    """
    rows = [[*context, *choice][-context_length - 1:]
            for context, choice in zip(contexts, choices)]
    T, P = max(map(len, rows)) - 1, max(map(len, choices))
    inputs = np.zeros((len(rows), T), np.int64)                 # (B, T)
    read = np.zeros((len(rows), P), np.int64)                   # (B, P)
    targets = np.full((len(rows), P), IGNORE)                   # (B, P)
    for i, (row, choice) in enumerate(zip(rows, choices)):
        end, n = len(row) - 1, len(choice)
        inputs[i, :end] = row[:-1]
        read[i, :n] = np.arange(end - n, end)
        targets[i, :n] = choice
    return inputs, read, targets


def batches_by_length(lengths: Sequence[int],
                      batch_size: int) -> list[np.ndarray]:
    """Row numbers in batches of rows of like length, longest first

    So that little is filled up, and the batch that needs most memory comes
    at the beginning. Equal lengths stay in their order.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    order = np.argsort(-np.asarray(lengths, np.int64), kind="stable")
    return [order[start:start + batch_size]
            for start in range(0, len(order), batch_size)]
