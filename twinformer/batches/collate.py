"""Examples of different lengths -> one rectangular batch.

Rows are filled up with an end-of-text token, which a model has learned to
take as an end. What is padding must not be learned: the loss leaves out the
targets -100, its ``ignore_index``. The first end of text after an answer is
no padding; from it a model learns to stop.

    tokens    5  3  8              7  2
    inputs    5  3  8              7  2   end
    targets   3  8  end            2  end -100

Shapes: B batch, T tokens of the longest row.
"""
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

__all__ = ["IGNORE", "ClassificationBatch", "PreferenceBatch",
           "collate_classification", "collate_instructions",
           "collate_preferences", "hide_prompt"]

IGNORE = -100  # a target that does not count: padding, or a prompt


class ClassificationBatch(NamedTuple):
    """Texts, their classes, and where each text ends."""

    inputs: np.ndarray      # (B, T) int64
    labels: np.ndarray      # (B,) int64
    last: np.ndarray        # (B,) int64: index of the last real token


class PreferenceBatch(NamedTuple):
    """Two answers to each prompt, each with its prompt before it."""

    chosen: np.ndarray          # (B, T) int64
    rejected: np.ndarray        # (B, T) int64
    chosen_mask: np.ndarray     # (B, T) bool: True = token of the answer
    rejected_mask: np.ndarray   # (B, T) bool


def collate_classification(
    texts: Sequence[Sequence[int]], labels: Sequence[int], pad_id: int,
    length: int | None = None,
) -> ClassificationBatch:
    """Texts of token ids, padded or cut to ``length`` (default: the longest)

    A class is read off the last real token, the first that has seen all of
    the text; the book reads it off the last column instead.

    Raises ValueError for an empty text: it has no last token.
    """
    require_rows(texts)
    if len(labels) != len(texts):
        raise ValueError(f"{len(texts)} texts have {len(labels)} labels")
    length = max(map(len, texts)) if length is None else length
    if length < 1:
        raise ValueError(f"length must be at least 1, not {length}")
    inputs = padded(texts, length, pad_id)                      # (B, T)
    last = np.array([min(len(row), length) - 1 for row in texts])   # (B,)
    return ClassificationBatch(inputs, np.asarray(labels, np.int64), last)


def collate_instructions(
    texts: Sequence[Sequence[int]], pad_id: int,
    ignore_index: int = IGNORE, max_length: int | None = None,
    prompt_lengths: Sequence[int] | None = None,
    earlier: Sequence[Sequence[tuple[int, int]]] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """-> inputs (B, T) int64, targets (B, T) int64

    Parameters
    ----------
    texts
        Token ids of prompt and answer, without an end of text.
    pad_id
        The end-of-text token: once a target, then padding.
    max_length
        Columns beyond it are cut off.
    prompt_lengths
        Tokens of each prompt; they are then no targets, so that a model
        learns to answer and not to ask.
    earlier
        Of each prompt, from which of its tokens to before which it holds an
        answer, of a conversation that goes on; those are targets.
    """
    require_rows(texts)
    T = max(map(len, texts))
    inputs = padded(texts, T, pad_id)                           # (B, T)
    targets = np.full_like(inputs, ignore_index)                # (B, T)
    for row, text in enumerate(texts):
        targets[row, :len(text) - 1] = text[1:]
        targets[row, len(text) - 1] = pad_id
    if prompt_lengths is not None:
        for row, prompt in enumerate(prompt_lengths):
            hide_prompt(targets[row], prompt, earlier[row] if earlier else (),
                        ignore_index)
    return inputs[:, :max_length], targets[:, :max_length]


def collate_preferences(
    chosen: Sequence[Sequence[int]], rejected: Sequence[Sequence[int]],
    prompt_lengths: Sequence[int], pad_id: int,
    max_length: int | None = None,
) -> PreferenceBatch:
    """Pairs of answers in batches of one common width

    Parameters
    ----------
    chosen, rejected
        Token ids of prompt and answer.
    prompt_lengths
        Tokens of each prompt, which both rows begin with; the masks leave
        them out, as they do the padding.
    """
    require_rows(chosen)
    if not len(chosen) == len(rejected) == len(prompt_lengths):
        raise ValueError(
            f"{len(chosen)} chosen answers, {len(rejected)} rejected ones "
            f"and {len(prompt_lengths)} prompts should be as many")
    T = max(map(len, [*chosen, *rejected]))
    T = T if max_length is None else min(T, max_length)
    starts = np.asarray(prompt_lengths)[:, None]                # (B, 1)

    def answers(texts: Sequence[Sequence[int]]) -> np.ndarray:
        ends = np.array(list(map(len, texts)))[:, None]         # (B, 1)
        return (starts <= np.arange(T)) & (np.arange(T) < ends)     # (B, T)

    return PreferenceBatch(padded(chosen, T, pad_id),
                           padded(rejected, T, pad_id),
                           answers(chosen), answers(rejected))


def hide_prompt(targets: np.ndarray, prompt: int,
                earlier: Sequence[tuple[int, int]] = (),
                ignore_index: int = IGNORE) -> None:
    """Set the targets within a prompt to IGNORE, in place, but for those of
    earlier answers.

    The target of a prompt's last token is the answer's first, and stays.
    """
    hidden = np.ones(min(max(prompt - 1, 0), len(targets)), bool)
    for start, stop in earlier:
        hidden[max(start - 1, 0):stop - 1] = False
    targets[:len(hidden)][hidden] = ignore_index


def padded(texts: Sequence[Sequence[int]], length: int,
           pad_id: int) -> np.ndarray:
    """-> (B, length) int64"""
    rows = np.full((len(texts), length), pad_id, np.int64)
    for row, text in zip(rows, texts):
        row[:min(len(text), length)] = text[:length]
    return rows


def require_rows(texts: Sequence[Sequence[int]]) -> None:
    if not len(texts) or not all(map(len, texts)):
        raise ValueError("a batch needs at least one text, and none may be "
                         "empty")
