"""The same work on many items, by several processes.

Python runs one thread of Python code at a time, so the work goes to other
processes. Each of them makes what it works with once, such as a tokenizer
with its cache of pieces; items travel in bundles, since sending has a cost of
its own.
"""
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Any

import numpy as np

__all__ = ["encode_in_processes", "in_processes"]

BUNDLE = 2**20          # of size, that travels together
_work: Callable         # of this worker process


def in_processes(build: Callable[..., Callable], arguments: tuple,
                 items: Iterable, processes: int,
                 size: Callable[[Any], int]) -> Iterator[tuple[Any, Any]]:
    """Yield (item, build(*arguments)(item)) for each item, in order.

    Parameters
    ----------
    build, arguments
        Makes a worker's function, once in each process; both are pickled.
    size
        Of an item: a bundle of them weighs about BUNDLE.

    Python starts each worker by importing the main module again: a script
    calls this under ``if __name__ == "__main__":``.
    """
    # Not fork: a fork of a process with threads (BLAS, torch) may hang.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), start,
                               (build, arguments))
    try:
        waiting: deque = deque()
        for bundle in bundles(items, size):
            waiting.append((bundle, pool.submit(work_on, bundle)))
            if len(waiting) > 2 * processes:     # bounded memory
                done, future = waiting.popleft()
                yield from zip(done, future.result())
        for done, future in waiting:
            yield from zip(done, future.result())
    finally:
        pool.shutdown(cancel_futures=True)


def bundles(items: Iterable, size: Callable[[Any], int]) -> Iterator[list]:
    bundle: list = []
    weight = 0
    for item in items:
        bundle.append(item)
        weight += size(item)
        if weight >= BUNDLE:
            yield bundle
            bundle, weight = [], 0
    if bundle:
        yield bundle


def start(build: Callable[..., Callable], arguments: tuple) -> None:
    global _work
    _work = build(*arguments)
    # a worker whose parent was killed would wait for work for ever
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def work_on(bundle: list) -> list:
    return [_work(item) for item in bundle]


def encode_in_processes(tokenizer, texts: Iterable[str],
                        processes: int) -> Iterator[np.ndarray]:
    """The ids of each text in order, each (N,) uint32; special tokens in the
    texts are plain text."""
    recipe = type(tokenizer), tokenizer.to_dict()
    for _, ids in in_processes(encoder, recipe, texts, processes, len):
        yield ids


def encoder(kind, state) -> Callable[[str], np.ndarray]:
    encode = kind.from_dict(state).encode_ordinary
    return lambda text: np.array(encode(text), np.uint32)
