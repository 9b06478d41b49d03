"""Encoding many texts on several processors.

Python runs one thread of Python code at a time, so the work goes to other
processes. Each of them builds the tokenizer once and keeps its cache of
pieces; texts travel in bundles, since sending has a cost of its own.
"""
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np

__all__ = ["encode_in_processes"]

BUNDLE = 2**20          # characters that travel together
_tokenizer: Any         # of this worker process


def encode_in_processes(tokenizer, texts: Iterable[str],
                        processes: int) -> Iterator[np.ndarray]:
    """The ids of each text in order, each (N,) uint32

    Special tokens in the texts are plain text. Python starts each worker by
    importing the main module again: a script calls this under
    ``if __name__ == "__main__":``.
    """
    recipe = type(tokenizer), tokenizer.to_dict()
    # Not fork: a fork of a process with threads (BLAS, torch) may hang.
    with ProcessPoolExecutor(processes, get_context("spawn"),
                             _start_worker, recipe) as pool:
        waiting: list[Future] = []
        for bundle in _bundles(texts):
            waiting.append(pool.submit(_encode_bundle, bundle))
            if len(waiting) > 2 * processes:     # bounded memory
                yield from waiting.pop(0).result()
        for future in waiting:
            yield from future.result()


def _bundles(texts: Iterable[str]) -> Iterator[list[str]]:
    bundle: list[str] = []
    size = 0
    for text in texts:
        bundle.append(text)
        size += len(text)
        if size >= BUNDLE:
            yield bundle
            bundle, size = [], 0
    if bundle:
        yield bundle


def _start_worker(kind, state) -> None:
    global _tokenizer
    _tokenizer = kind.from_dict(state)


def _encode_bundle(bundle: list[str]) -> list[np.ndarray]:
    return [np.array(_tokenizer.encode_ordinary(text), np.uint32)
            for text in bundle]
