"""Documents as a stream: text comes in blocks and leaves in passages.

A passage is a whole document, or a stretch of a long one, so that nothing
larger is ever held in memory. A long document is cut where the tokens of the
parts are the tokens of the whole: before a word that begins a line, or
before the space in front of a word.
"""
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..tokenizers.tokenizer import END_OF_TEXT

__all__ = ["LONGEST_PASSAGE", "Passage", "passages_of"]

LONGEST_PASSAGE = 2**20     # characters

# Files of many stories have a line of <|endoftext|> between them.
SEPARATOR = re.compile(r"(?:\A|(?<=\n))<\|endoftext\|>\r?\n")
LAST_SEPARATOR = re.compile(r"(?:\A|(?<=\n))<\|endoftext\|>\r?\Z")
# All of patterns.py split here, whatever stands around it.
EXACT_CUTS = (re.compile(r"(?<=\S\n)(?=[^\W_])"),
              re.compile(r"(?<=[^\W_])(?= [^\W_])"))


class Passage(NamedTuple):
    """A document or a stretch of one."""

    name: str           # of the document, for messages
    document: int       # its number in its source, from 0
    part: int           # number of the passage in its document, from 0
    text: str
    ends: bool          # the document ends with it


def passages_of(name: str, blocks: Iterable[str], length: int,
                separated: bool = False,
                first: int = 0) -> Iterator[Passage]:
    """Text -> passages: documents, or stretches of documents

    Parameters
    ----------
    name
        Of the file; its second document is name#1.
    blocks
        The text in order, cut anywhere.
    length
        A document of more than twice as many characters becomes several
        passages, each of at least ``length``.
    separated
        Lines of <|endoftext|> end a document and are no part of it.
        Otherwise all of it is one document.
    first
        Number of the first document.
    """
    if length < 1:
        raise ValueError(f"length must be at least 1, not {length}")
    document, part = first, 0
    for text, ends in stretches(blocks, length, separated):
        numbered = f"{name}#{document}" if document else name
        yield Passage(numbered, document, part, text, ends)
        document, part = (document + 1, 0) if ends else (document, part + 1)


def stretches(blocks: Iterable[str], length: int,
              separated: bool) -> Iterator[tuple[str, bool]]:
    """-> (text, whether the document ends with it)"""
    rest = ""
    for block in blocks:
        rest += block
        if separated and END_OF_TEXT in rest:
            *documents, rest = SEPARATOR.split(rest)
            for document in documents:
                yield from cut_up(document, length)
        start = 0
        while len(rest) - start > 2 * length:
            cut = place_to_cut(rest, start + length)
            yield rest[start:cut], False
            start = cut
        rest = rest[start:]
    if separated:
        rest = LAST_SEPARATOR.sub("", rest)
    yield from cut_up(rest, length)


def cut_up(document: str, length: int) -> Iterator[tuple[str, bool]]:
    """A whole document in stretches."""
    start = 0
    while len(document) - start > 2 * length:
        cut = place_to_cut(document, start + length)
        yield document[start:cut], False
        start = cut
    yield document[start:], True


def place_to_cut(text: str, least: int) -> int:
    """Where to cut text, at or soon after character ``least``."""
    limit = 2 * least       # not further: passages must stay small
    for exact in EXACT_CUTS:
        if found := exact.search(text, least, min(limit, len(text))):
            return found.start()
    return least
