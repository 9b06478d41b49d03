"""A text that is longer than the model's context, token by token.

The model sees at most a window. Windows side by side are quick, but the first
tokens of each are predicted from almost nothing. Windows that overlap move on
by a stride: in each, only the tokens that are new are scored, and (after the
first window) every one of them has at least window - stride tokens before it.

    window 4, stride 2      inputs             scored targets
                            t0 t1 t2 t3        t1 t2 t3 t4
                                  t2 t3 t4 t5        t5 t6
                                        t4 t5 t6 t7        t7 t8

A smaller stride gives better figures and takes longer; stride = window is the
disjoint case. Every token but the first is scored exactly once.

Source: "Perplexity of fixed-length models" in the documentation of Hugging
Face transformers. There a window counts its targets too: window here is its
max_length - 1; where the strides are equal and smaller, so are the figures.

Shapes: N = tokens, B = batch, T = positions, V = vocabulary.
"""
from collections.abc import Callable
from itertools import groupby
from typing import NamedTuple

import numpy as np

from ..training.evaluation import Evaluation
from ..batches.collate import IGNORE

__all__ = ["Window", "evaluate_text", "strided_windows"]


class Window(NamedTuple):
    """Inputs start..end (end not included); targets are one further."""

    start: int
    end: int
    scored: int     # the targets before this place had their turn already


def strided_windows(tokens: int, window: int, stride: int) -> list[Window]:
    """Windows in which each token but the first is scored once.

    Parameters
    ----------
    tokens : int
        N, at least 2.
    window : int
        Positions that the model sees at once.
    stride : int
        Tokens from one window to the next, 1..window.

    Raises
    ------
    ValueError
    """
    if not 1 <= stride <= window:
        raise ValueError(f"the stride must lie in 1..{window} (the window), "
                         f"or tokens would be left out; got {stride}")
    if tokens < 2:
        raise ValueError(f"a text of {tokens} tokens has nothing to predict; "
                         "give a longer one")
    windows = []
    start, done = 0, 0          # tokens 1..done are scored
    while done < tokens - 1:
        end = min(start + window, tokens - 1)
        windows.append(Window(start, end, done - start))
        start, done = start + stride, end
    return windows


def evaluate_text(
    log_likelihoods: Callable,
    tokens,
    bytes_per_token: np.ndarray,
    *,
    window: int,
    stride: int,
    batch_size: int,
    progress: Callable[[int], None] = lambda done: None,
) -> Evaluation:
    """The loss of a model on a text of any length.

    Parameters
    ----------
    log_likelihoods : callable
        inputs, targets (B, T) -> log p (B, T), 0 where the target is -100.
    tokens : (N,) integer array, or ShardedTokens
    bytes_per_token : (V,) integer array
    window, stride : int
        As for strided_windows.
    batch_size : int
        Windows at once: speed and memory, not the result.
    progress : callable
        Is told how many tokens are scored.
    """
    windows = strided_windows(len(tokens), window, stride)
    nats, count, size = 0.0, 0, 0
    for group in groups_of_one_length(windows, batch_size):
        starts = np.array([each.start for each in group])[:, None]
        T = group[0].end - group[0].start
        positions = starts + np.arange(T)                      # (B, T)
        inputs = tokens[positions].astype(np.int64)            # (B, T)
        targets = tokens[positions + 1].astype(np.int64)       # (B, T)
        first = np.array([each.scored for each in group])[:, None]
        fresh = np.arange(T) >= first                          # (B, T)
        logp = log_likelihoods(inputs, np.where(fresh, targets, IGNORE))
        nats -= float(logp.sum(dtype=np.float64))
        count += int(fresh.sum())
        size += int(bytes_per_token[targets[fresh]].sum())
        progress(count)
    return Evaluation(nats, count, size)


def groups_of_one_length(windows: list[Window],
                         batch_size: int) -> list[list[Window]]:
    """Only the last window may be shorter, and is a batch of its own then."""
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    groups = []
    for _, of_one in groupby(windows, lambda each: each.end - each.start):
        same = list(of_one)
        groups += [same[i:i + batch_size]
                   for i in range(0, len(same), batch_size)]
    return groups
