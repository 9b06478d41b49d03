"""Passages -> token ids, and signatures, on all processors, in order.

Python runs one thread of Python code at a time, so the work goes to other
processes, in bundles, since sending has a cost of its own. Only so many
bundles are under way that memory stays bounded. The result is the same for
any number of processes.
"""
import os
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Any, NamedTuple

import numpy as np

from ..corpora.near_duplicates import signature_of
from ..corpora.passages import Passage
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["Job", "Encoded", "encode_jobs"]

BUNDLE = 2**19          # characters that travel together
_worker: tuple[Any, bool]


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
    # Not fork: a fork of a process with threads (BLAS, torch) may hang.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), start_worker,
                               recipe)
    try:
        waiting: deque = deque()
        for bundle in bundles(jobs):
            waiting.append((bundle, pool.submit(encode_bundle, bundle)))
            if len(waiting) > 2 * processes:
                done, future = waiting.popleft()
                yield from zip(done, future.result())
        for done, future in waiting:
            yield from zip(done, future.result())
    finally:
        pool.shutdown(cancel_futures=True)


def bundles(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    bundle: list[Job] = []
    size = 0
    for job in jobs:
        bundle.append(job)
        size += 100 + len(job.passage.text)     # a job weighs something
        if size >= BUNDLE:
            yield bundle
            bundle, size = [], 0
    if bundle:
        yield bundle


def start_worker(kind, state, signed: bool) -> None:
    global _worker
    _worker = kind.from_dict(state), signed
    # a worker whose parent was killed would wait for work for ever
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def encode_bundle(bundle: list[Job]) -> list[Encoded]:
    tokenizer, signed = _worker
    return [encode(tokenizer, job, signed) for job in bundle]


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
