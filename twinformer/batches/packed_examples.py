"""Which examples share a window, and what such a window looks like.

    inputs       a a a a b b b c c .        . padding
    targets      a a a # b b # c # .        # end of text
    documents    0 0 0 0 1 1 1 2 2 3
    positions    0 1 2 3 0 1 2 0 1 0        of each example its own

The model reads every example as if it stood alone: documents say who may attend to
whom, and from where each position counts (PackedTokens makes both of them).

Shapes: B windows, T positions.
"""
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from .packing import PackedBatch
from .collate import IGNORE, hide_prompt

__all__ = ["pack", "packed_batch"]


def pack(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """Indices of examples, grouped so that each group fits into a window

    The longest example that is left opens a window, and again the longest
    that still fits goes in, until none does (best fit decreasing).

    Raises
    ------
    ValueError
        If an example is longer than a window.
    """
    if max(lengths, default=0) > capacity:
        raise ValueError(f"an example of {max(lengths)} tokens does not fit "
                         f"into a window of {capacity}")
    left = defaultdict(list)        # length -> examples, the first one last
    for index in reversed(range(len(lengths))):
        left[lengths[index]].append(index)
    sizes = sorted(left)
    windows = []
    while sizes:
        window, room = [], capacity
        while (place := bisect_right(sizes, room) - 1) >= 0:
            size = sizes[place]
            window.append(left[size].pop())
            room -= size
            if not left[size]:
                del sizes[place]
        windows.append(window)
    return windows


def packed_batch(
    windows: Sequence[Sequence[tuple[Any, ...]]], pad_id: int,
) -> PackedBatch:
    """Windows of (token ids, how many of them are the prompt) -> a batch

    As wide as the fullest window. The targets of an example end with pad_id,
    the end of text; those inside its prompt are IGNORE, so a prompt of 0
    tokens learns everything. A third entry has the places of earlier answers
    in the prompt, which are learned, too (see hide_prompt).
    """
    T = max(sum(len(example[0]) for example in window) for window in windows)
    inputs = np.full((len(windows), T), pad_id, np.int64)
    targets = np.full_like(inputs, IGNORE)                 # (B, T)
    documents = np.zeros_like(inputs)                      # (B, T)
    for row, window in enumerate(windows):
        start = 0
        for number, (ids, prompt, *earlier) in enumerate(window):
            end = start + len(ids)
            inputs[row, start:end] = ids
            targets[row, start:end] = [*ids[1:], pad_id]
            hide_prompt(targets[row, start:end], prompt, *earlier)
            documents[row, start:end] = number
            start = end
        documents[row, start:] = len(window)
    return PackedBatch(inputs, targets, documents)
