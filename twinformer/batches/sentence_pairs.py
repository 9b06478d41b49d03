"""Pairs of texts: the second follows the first in its document, or is from
another one. To tell which, a model has to look at both together.

Devlin et al. 2018 (arXiv:1810.04805), section 3.1, task 2, and appendix A.2.
"""
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

__all__ = ["SentencePair", "sentence_pairs"]

Sentences = Sequence[Sequence[int]]     # of one document, token ids each


class SentencePair(NamedTuple):
    """Two texts of token ids, without special tokens."""

    first: list[int]
    second: list[int]
    is_random: bool     # is the second from another document?


def sentence_pairs(documents: Sequence[Sentences], length: int, seed,
                   random_share: float = 0.5) -> Iterator[SentencePair]:
    """Cut documents into pairs of at most `length` tokens, both texts and three special ones.

    As many sentences as fit stand together, two at least; those up to a cut, anywhere between two
    of them, are the first text. Half of the second texts are what stood behind the cut, the
    others come from any place of any other document. What they took the place of begins the next
    pair, so that every sentence is read. One that is the last of its document has none behind
    it, and always gets a random text.

    Parameters
    ----------
    documents
        Each a list of sentences, each a list of token ids.
    length
        Of a pair with [CLS], [SEP] and [SEP]; longer ones lose tokens at the front or the back
        of their longer text, one after the other.
    seed : int or sequence of int
        Equal seeds, equal pairs.
    random_share
        How many of the second texts are from elsewhere, where there is a choice.

    Raises
    ------
    ValueError
        For a length that holds no pair, fewer than two documents, or empty ones.
    """
    if length < 5:
        raise ValueError(f"a pair has three special tokens and at least two others: expected a "
                         f"length from 5, got {length}")
    if len(documents) < 2:
        raise ValueError(f"second texts come from other documents: expected at least 2, got "
                         f"{len(documents)}; an empty line between two texts parts them")
    if not all(document and all(map(len, document)) for document in documents):
        raise ValueError("every document needs a sentence, and every sentence a token")
    draw = np.random.default_rng(seed)
    for number, document in enumerate(documents):
        start = 0
        while start < len(document):
            end = fitting(document, start, length - 3, least=2)
            cut = int(draw.integers(start + 1, max(end, start + 2)))
            first, second = joined(document[start:cut]), joined(document[cut:end])
            is_random = cut == end or draw.random() < random_share
            if is_random:
                other = int(draw.integers(len(documents) - 1))
                other += other >= number        # any but this one
                second = from_anywhere(documents[other], length - 3 - len(first), draw)
            start = cut if is_random else end
            first, second = shortened(first, second, length - 3, draw)
            yield SentencePair(first, second, is_random)


def fitting(document: Sentences, start: int, room: int, least: int) -> int:
    """Where the sentences that fit end; so many do, where there are."""
    end, used = start, 0
    while end < len(document) and (end < start + least or used + len(document[end]) <= room):
        used += len(document[end])
        end += 1
    return end


def from_anywhere(document: Sentences, room: int, draw: np.random.Generator) -> list[int]:
    """Sentences of a document, from any of them on, as many as fit."""
    start = int(draw.integers(len(document)))
    return joined(document[start:fitting(document, start, room, least=1)])


def joined(sentences: Sentences) -> list[int]:
    return [token for sentence in sentences for token in sentence]


def shortened(first: list[int], second: list[int], room: int,
              draw: np.random.Generator) -> tuple[list[int], list[int]]:
    """Both, with no more than `room` tokens together: the longer one loses some."""
    first, second = list(first), list(second)
    while len(first) + len(second) > room:
        longer = first if len(first) > len(second) else second
        longer.pop(0 if draw.random() < 0.5 else -1)
    return first, second
