"""Passages -> token ids, and signatures, on all processors, in order.

Only so many are under way that memory stays bounded. The result is the same
for any number of processes.
"""
from collections.abc import Callable, Generator, Iterable
from functools import partial
from typing import NamedTuple

import numpy as np

from ..corpora.passages import Passage
from ..tokenizers.processes import in_processes
from ..tokenizers.tokenizer import Tokenizer
from .near_duplicates import signature_of

__all__ = ["Job", "Encoded", "encode_jobs"]


class Job(NamedTuple):
    """A passage on its way."""

    source: int
    passage: Passage
    digest: bytes
    wanted: bool        # False: it will be left out, whatever its tokens


class Encoded(NamedTuple):
    """What became of it."""

    ids: np.ndarray                     # (N,) uint32
    signature: np.ndarray | None        # (PERMUTATIONS,) uint32


NOTHING = Encoded(np.empty(0, np.uint32), None)


def encode_jobs(
    tokenizer: Tokenizer, jobs: Iterable[Job], processes: int, signed: bool
) -> Generator[tuple[Job, Encoded], None, None]:
    """Each job with its result, in order.

    Parameters
    ----------
    signed
        Compute MinHash signatures too.

    Python starts each worker by importing the main module again: a script
    calls this under ``if __name__ == "__main__":``.
    """
    if processes == 1:
        for job in jobs:
            yield job, encode(tokenizer, job, signed)
        return
    recipe = type(tokenizer), tokenizer.to_dict(), signed
    yield from in_processes(job_encoder, recipe, jobs, processes, weight)


def weight(job: Job) -> int:
    return 100 + len(job.passage.text)      # a short one weighs something


def job_encoder(kind, state, signed: bool) -> Callable[[Job], Encoded]:
    return partial(encode, kind.from_dict(state), signed=signed)


def encode(tokenizer: Tokenizer, job: Job, signed: bool) -> Encoded:
    """Special tokens in the text are plain text: it is data."""
    if not job.wanted:
        return NOTHING
    text = job.passage.text
    try:
        ids = np.array(tokenizer.encode_ordinary(text), np.uint32)
    except ValueError as problem:
        raise ValueError(f"{job.passage.name}: {problem}") from None
    return Encoded(ids, signature_of(text) if signed else None)
