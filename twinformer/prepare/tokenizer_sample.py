"""A little of every file: what a tokenizer learns its merges from."""
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..corpora.sources import Source
from .prepare_options import PrepareOptions, read_options

__all__ = ["tokenizer_sample"]

LEAST = 10_000          # characters of a source: fewer say little about it


def tokenizer_sample(sources: Sequence[Source], options: PrepareOptions,
                     characters: int) -> Iterator[str]:
    """The beginnings of evenly spaced sources, ``characters`` in all

    A corpus may be larger than memory, and reading all of it takes hours;
    merges of common words are learned from a few million characters.
    """
    share = max(LEAST, -(-characters // len(sources)))
    count = min(len(sources), -(-characters // share))
    reading = read_options(sources, options)
    reading = replace(reading, passage_length=min(
        reading.passage_length, share))
    for number in range(count):
        room = min(share, characters)
        source = sources[number * len(sources) // count]
        for passage in source.read(reading):
            yield passage.text[:room]
            room -= len(passage.text)
            if room <= 0:
                break
        characters -= share - max(room, 0)
