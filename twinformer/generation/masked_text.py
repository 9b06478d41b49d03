"""A text with [MASK] in it, as BERT reads it, and what may stand there.

Shapes: T tokens, P masks, k fillings of each, V vocabulary.
"""
from typing import NamedTuple

import numpy as np

from ..batches.bert_tokens import BertTokens, one_text, two_texts

__all__ = ["Filling", "MaskedText", "fillings", "masked_text"]


class Filling(NamedTuple):
    """A token that may stand in the place of a [MASK]."""

    text: str
    probability: float
    token: int


class MaskedText(NamedTuple):
    """A text with its special tokens, and where its masks are."""

    ids: np.ndarray         # (1, T) int64
    segments: np.ndarray    # (1, T) int64: 0 in the first text, 1 in the second
    places: np.ndarray      # (1, P) int64


def masked_text(tokenizer, text: str, second: str | None, context_length: int) -> MaskedText:
    """[CLS] text [SEP], or [CLS] text [SEP] second [SEP]

    Raises
    ------
    ValueError
        Where there is no [MASK], or more tokens than the model can look at.
    """
    tokens = BertTokens.of(tokenizer.special_tokens)
    first, *more = [tokenizer.encode(part, allowed_special={"[MASK]"})
                    for part in (text, second) if part is not None]
    row = one_text(first, tokens)
    ids, segments = two_texts(first, more[0], tokens) if more else (row, [0] * len(row))
    places = np.flatnonzero(np.array(ids) == tokens.mask)       # (P,)
    if not len(places):
        raise ValueError("there is nothing to fill in: write [MASK] where a token is to be found")
    if len(ids) > context_length:
        raise ValueError(f"the model looks at {context_length} tokens at most, and this text has "
                         f"{len(ids)}, [CLS] and [SEP] included")
    return MaskedText(np.array([ids]), np.array([segments]), places[None])


def fillings(tokenizer, probabilities: np.ndarray, k: int) -> list[list[Filling]]:
    """probabilities (P, V) -> for each mask its k likeliest tokens, the likeliest first

    Of equally likely ones the one with the lowest id comes first.
    """
    if k < 1:
        raise ValueError(f"k is how many fillings are wanted: expected at least 1, got {k}")
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]    # (P, k)
    return [[Filling(tokenizer.decode([token]), float(row[token]), int(token))
             for token in best] for row, best in zip(probabilities, order)]
