"""Batches that are on the device before the model asks for them.

A thread reads the next windows while the model computes. On CUDA it puts them
into pinned memory, which the GPU reads by itself, so that the copy needs no
processor and overlaps with compute.

Shapes: B batch, T max_length.
"""
import queue
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch

from .batches import Batches

__all__ = ["Prefetched", "prefetch"]


class Prefetched(NamedTuple):
    """One batch, and where the stream stands right after it."""

    inputs: torch.Tensor        # (B, T) int64
    targets: torch.Tensor       # (B, T) int64
    state: dict[str, Any]       # of Batches.state_dict


def prefetch(batches: Batches, device: str | torch.device, depth: int = 2,
             forever: bool = True) -> Iterator[Prefetched]:
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

    An error in reading the corpus is raised here. Close the iterator, or use
    it up, to end the thread.
    """
    if depth < 1:
        raise ValueError(f"depth must be at least 1, not {depth}")
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
            stream = _endless(batches) if forever else iter(batches)
            for arrays in stream:
                pair = [torch.from_numpy(array) for array in arrays]
                if device.type == "cuda":
                    pair = [tensor.pin_memory() for tensor in pair]
                if not put((*pair, batches.state_dict())):
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


def _endless(batches: Batches):
    while True:
        yield batches.next_batch()
