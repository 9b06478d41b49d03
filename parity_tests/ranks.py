"""Several ranks in one test: a function in as many processes, which meet by
Gloo on the CPU, and what the first of them returned.
"""
import os
import socket
from collections.abc import Callable
from typing import Any

import torch
import torch.multiprocessing as multiprocessing

from torch_impl.distributed.joining import join_ranks
from twinformer.configs.device_config import DeviceConfig

__all__ = ["on_ranks"]


def on_ranks(size: int, function: Callable, *arguments: Any, **settings: Any) -> Any:
    """function(device, *arguments) on every rank; the result of rank 0.

    function : of a module, so that other processes find it
    settings : of a DeviceConfig, beside device and threads

    Raises
    ------
    torch.multiprocessing.ProcessRaisedException
        With the traceback of the rank that failed.
    """
    device = DeviceConfig(**{"device": "cpu", "threads": 1} | settings)
    # a server that has imported torch once makes each rank from itself
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    results = context.SimpleQueue()
    processes = multiprocessing.start_processes(
        one, (size, free_port(), device, results, function, arguments), size,
        join=False, start_method="forkserver")
    while results.empty():
        if processes.join(0.05):    # raises what a rank raised
            break
    result = results.get()
    while not processes.join():
        pass
    return result


def one(rank: int, size: int, port: int, device, results, function, arguments) -> None:
    """What each of the processes does."""
    torch.set_num_threads(1)
    os.environ.update(RANK=str(rank), WORLD_SIZE=str(size), MASTER_ADDR="127.0.0.1",
                      MASTER_PORT=str(port), LOCAL_RANK=str(rank), LOCAL_WORLD_SIZE=str(size))
    ranks = join_ranks(device)
    result = function(device, *arguments)
    if rank == 0:
        results.put(result)
    ranks.leave()


def free_port() -> int:
    """A port that nobody listens to."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]
