"""Windows -> endless batches, in an order that a seed fixes.

An optimizer wants examples in random order, every one as often as the others,
and a run that was stopped must go on as if nothing had happened. Which
windows a batch takes is decided in twinformer/batches; here they are read.

A thread reads the next batch while the model computes. For a GPU it comes
into pinned memory, which the GPU reads by itself, so that the copy needs no
processor and overlaps with compute.

Shapes: B batch, T max_length.
"""
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import torch
from torch.utils.data import DataLoader

from .windows import SlidingWindows

__all__ = ["create_loader"]


def create_loader(batches, device="cpu", forever=True):
    """Yield inputs (B, T), targets (B, T) and where the stream then stands.

    Source: Raschka, Build a Large Language Model (From Scratch), section 2.6,
    create_dataloader_v1.

    Parameters
    ----------
    batches : Batches
        The order: it belongs to the loader, which may run ahead. To go on
        later, load the state that came with the last batch used.
    device : str or torch.device
        Where the batches shall be.
    forever : bool
        Go on into the next epoch, or stop at the end of this one.
    """
    device = torch.device(device)
    windows = SlidingWindows(batches.tokens, batches.max_length,
                             batches.spacing)
    states = deque()            # of the batches that are on their way
    loader = iter(DataLoader(
        windows, batch_sampler=sampler(batches.stream(forever), states),
        collate_fn=unchanged, pin_memory=device.type == "cuda"))
    # Not DataLoader's own worker processes: a signal that ends a run goes to
    # them too, and the run could not save any more.
    with ThreadPoolExecutor(1, "loader") as reader:
        coming = reader.submit(next, loader, None)
        while batch := coming.result():
            state = states.popleft()
            coming = reader.submit(next, loader, None)
            inputs, targets = batch                         # (B, T), (B, T)
            yield (inputs.to(device, non_blocking=True),
                   targets.to(device, non_blocking=True), state)


def sampler(stream, states):
    """Yield the indices of each batch; its state goes to the other end."""
    for indices, state in stream:                           # (B,)
        states.append(state)
        yield indices


def unchanged(batch):
    """SlidingWindows gives whole batches: there is nothing to collate."""
    return batch
