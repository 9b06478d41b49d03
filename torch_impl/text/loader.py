"""Batches that are on the device before the model asks for them.

A thread reads the next windows while the model computes. On CUDA it puts them
into pinned memory, which the GPU reads by itself, so that the copy needs no
processor and overlaps with compute.

Shapes: B batch, T max_length.
"""
import queue
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import torch

from twinformer.batches.batches import Batches

__all__ = ["Prefetched", "prefetch"]


class Prefetched(NamedTuple):
    """One batch, and where the stream stands right after it."""

    inputs: torch.Tensor        # (B, T) int64
    targets: torch.Tensor       # (B, T) int64
    state: dict[str, Any]       # of Batches.state_dict


def prefetch(batches: Batches, device: str | torch.device, depth: int = 2,
             forever: bool = True, workers: int = 1) -> Iterator[Prefetched]:
    """The batches as tensors on a device, up to ``depth`` of them ahead.

    Parameters
    ----------
    batches
        Owned by the prefetching until it ends: it runs ahead of what was
        consumed, so save the ``state`` of the last batch, not its own.
    depth
        Batches ready in advance, at least 1.
    forever
        Go on into the next epoch, or stop at the end of this one.
    workers
        Threads that read; the batches and their order are the same. Several
        pay where the disk is slow and the corpus larger than memory.

    An error in reading the corpus is raised here. Close the iterator, or use
    it up, to end the thread.
    """
    if depth < 1 or workers < 1:
        raise ValueError("depth and workers must be at least 1, not "
                         f"{depth} and {workers}")
    device = torch.device(device)
    ready: queue.Queue = queue.Queue(maxsize=depth)
    stop = threading.Event()

    def put(item) -> bool:
        """Wait for room in the queue, unless nobody wants more."""
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.1)
                return True
            except queue.Full:
                pass
        return False

    def read() -> None:
        try:
            for arrays, state in _in_order(batches, forever, workers):
                pair = [torch.from_numpy(array) for array in arrays]
                if device.type == "cuda":
                    pair = [tensor.pin_memory() for tensor in pair]
                if not put((*pair, state)):
                    return
            put(None)
        except BaseException as error:      # it belongs to the consumer
            put(error)

    thread = threading.Thread(target=read, name="prefetch", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            inputs, targets, state = item
            yield Prefetched(inputs.to(device, non_blocking=True),
                             targets.to(device, non_blocking=True), state)
    finally:
        stop.set()
        thread.join()


def _in_order(batches: Batches, forever: bool, workers: int):
    """(arrays, the state after them), read by that many threads."""
    epoch = batches.epoch
    if workers == 1:
        while forever or batches.epoch == epoch:
            yield batches.next_batch(), batches.state_dict()
        return
    waiting: deque = deque()
    with ThreadPoolExecutor(workers) as pool:
        while forever or batches.epoch == epoch or waiting:
            while len(waiting) < workers and (
                    forever or batches.epoch == epoch):
                starts = batches.next_starts()
                waiting.append((pool.submit(batches.read, starts),
                                batches.state_dict()))
            arrays, state = waiting.popleft()
            yield arrays.result(), state
