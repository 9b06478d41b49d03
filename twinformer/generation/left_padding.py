"""Prompts of different lengths side by side: filled up on the left, so that all of them go on
in the same column.

    prompt 1    . . p p p | a a a         . filled up, p prompt, a what is written
    prompt 2    p p p p p | a a a

A column that was filled up belongs to no document, so that nobody sees it; positions are
counted from the first token of each prompt. So every token is at the position, and sees what,
it would alone.

Shapes: B prompts, T columns.
"""
from collections.abc import Sequence

import numpy as np

from .options import check_prompt

__all__ = ["FILLED_UP", "TEXT", "check_prompts", "left_padded", "places"]

TEXT, FILLED_UP = 0, -1    # a negative document is padding


def check_prompts(ids, vocab_size: int,
                  context_length: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """One prompt (T,), some (B, T), or a list of rows of any lengths

    -> ids (B, T), padding (B,), whether it is one prompt that is no batch

    Raises
    ------
    ValueError, TypeError
        As check_prompt and left_padded.
    """
    if isinstance(ids, (list, tuple)) and len({len(row) for row in ids if hasattr(row, "__len__")
                                               and not isinstance(row, str)}) > 1:
        return *left_padded(ids, vocab_size, context_length), False
    checked = check_prompt(ids, vocab_size)
    prompts = np.atleast_2d(checked)[:, -context_length:]
    return prompts, np.zeros(len(prompts), np.int64), checked.ndim == 1


def left_padded(prompts: Sequence, vocab_size: int,
                context_length: int) -> tuple[np.ndarray, np.ndarray]:
    """Prompts, each (its T,) -> ids (B, T) int64, padding (B,)

    Of each the latest context_length tokens count. padding says how many columns were filled up
    in front of it.

    Raises
    ------
    ValueError, TypeError
        There is no prompt; or one is empty, or no row of ids of this vocabulary.
    """
    if not len(prompts):
        raise ValueError("there is no prompt; give at least one")
    rows = []
    for prompt in prompts:
        row = check_prompt(prompt, vocab_size)
        if row.ndim != 1:
            raise ValueError(f"expected each prompt to be one row of ids, got shape {row.shape}")
        rows.append(row[-context_length:])
    T = max(map(len, rows))
    padding = np.array([T - len(row) for row in rows])
    return np.stack([np.pad(row, (T - len(row), 0)) for row in rows]), padding


def places(padding, start: int, stop: int, *,
           afresh: bool = False) -> dict[str, np.ndarray]:
    """The columns from start to stop -> positions, documents (B, stop - start), for a model

    {} without padding: then it knows by itself. What was filled up has position 0, for want of
    any.

    afresh : whether the columns before start are forgotten, so that positions begin there
    """
    if padding is None:
        return {}
    padding = np.asarray(padding)
    first = np.maximum(padding, start) if afresh else padding    # (B,)
    columns = np.arange(start, stop) - first[:, None]            # (B, stop - start)
    return {"positions": np.maximum(columns, 0),
            "documents": np.where(columns < 0, FILLED_UP, TEXT)}
