"""Labelled texts as token ids and class numbers, ready for batches.

Shapes: B batch, T tokens of the longest row.
"""
import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..batches.collate import ClassificationBatch, collate_classification
from ..corpora.records import Message
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["Encoded", "Reading", "encoded", "reading_of", "texts_key"]


class Encoded(NamedTuple):
    """One part of the data."""

    ids: list[np.ndarray]   # of each text, (n,) uint32, n >= 1
    labels: np.ndarray      # (N,) int64


class Reading(NamedTuple):
    """How texts become rows: the longest is cut, the shorter are padded.

    width : the most tokens of a text
    fixed : whether every row is that wide, or as wide as its batch needs
    pad_id : what stands after a text
    """

    width: int
    fixed: bool
    pad_id: int

    def batch(self, ids: Sequence, labels) -> ClassificationBatch:
        """Texts of token ids, cut and padded."""
        length = self.width if self.fixed else min(
            self.width, max(map(len, ids)))
        return collate_classification(ids, labels, self.pad_id, length)


def reading_of(padding: str, ids: Sequence, context_length: int,
               tokenizer: Tokenizer) -> Reading:
    """The Reading that a padding policy asks for.

    Parameters
    ----------
    padding
        "batch", "longest", "context" or a number: see ClassificationConfig.
    ids
        Of the texts to learn from.

    Raises
    ------
    ValueError
        For more tokens than the model can look at.
    """
    longest = min(max(map(len, ids)), context_length)
    width = {"batch": context_length, "context": context_length,
             "longest": longest}.get(padding) or int(padding)
    if width > context_length:
        raise ValueError(f"padding to {width} tokens is more than the "
                         f"{context_length} that the model can look at")
    end = tokenizer.end_of_text
    return Reading(width, padding != "batch", 0 if end is None else end)


def encoded(messages: Sequence[Message], classes: Sequence[str],
            tokenizer: Tokenizer, part: str) -> Encoded:
    """Token ids and class numbers.

    Raises
    ------
    ValueError
        For labels that are none of the classes.
    """
    number = {name: c for c, name in enumerate(classes)}
    unknown = [m.label for m in messages if m.label not in number]
    if unknown:
        raise ValueError(
            f"{len(unknown)} of the {len(messages)} {part} texts are of a "
            f"class that no text to learn from has, for example "
            f"{unknown[0]!r}; the classes are {', '.join(classes)}")
    first = tokenizer.beginning_of_text
    begin = np.array([] if first is None else [first], np.uint32)
    ids = [np.concatenate([begin, text]) for text in tokenizer.encode_batch(
        message.text for message in messages)]
    return Encoded(ids, np.array([number[m.label] for m in messages],
                                 np.int64))


def texts_key(*parts: Sequence[Message]) -> str:
    """A hash of all texts and labels, and of who is in which part."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}\n".encode())
        for label, text in part:
            for words in (label, text):
                content = words.encode("utf-8", "surrogatepass")
                digest.update(f"{len(content)}\n".encode() + content)
    return digest.hexdigest()[:32]
