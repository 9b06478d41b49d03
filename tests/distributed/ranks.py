"""Functions that several ranks run, as processes of this machine."""
import os
import socket
from functools import partial

import torch
import torch.multiprocessing as processes

from twinformer.configs.device_config import DeviceConfig

__all__ = ["free_port", "in_ranks"]


def in_ranks(size, function, *arguments, **device):
    """function(ranks, device, *arguments) on each of them; its errors."""
    start = partial(begin, size=size, port=free_port(), function=function,
                    device=DeviceConfig(device="cpu", threads=1, **device), arguments=arguments)
    processes.start_processes(start, nprocs=size, start_method="spawn")


def begin(rank, *, size, port, function, device, arguments):
    os.environ.update(RANK=str(rank), WORLD_SIZE=str(size), MASTER_ADDR="127.0.0.1",
                      LOCAL_RANK=str(rank), LOCAL_WORLD_SIZE=str(size), MASTER_PORT=str(port))
    from torch_impl.distributed.joining import join_ranks

    torch.set_num_threads(1)
    ranks = join_ranks(device)
    function(ranks, device, *arguments)
    ranks.leave()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
