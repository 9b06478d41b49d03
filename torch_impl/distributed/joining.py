"""How ranks come together: torchrun has started them, and each meets the
others, takes its device, and finds its place in the table of all.

Tensors travel by NCCL between GPUs and by Gloo between CPUs.
"""
import os
from datetime import timedelta

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import init_device_mesh

from twinformer.ranks import Ranks, with_ranks

from .processes import ProcessRanks
from .watch import Watch

__all__ = ["join_ranks"]

PATIENCE = 20       # seconds


def join_ranks(device) -> Ranks:
    """Meet the others, once for a process; from then on they are the
    current_ranks().

    Parameters
    ----------
    device : DeviceConfig

    Raises
    ------
    ValueError
        If the settings do not fit the number of ranks, or the machine has
        too few GPUs for them.
    """
    ranks = ProcessRanks.found()
    with_ranks(ranks)
    local = int(os.environ.get("LOCAL_RANK", 0))
    here = int(os.environ.get("LOCAL_WORLD_SIZE", ranks.size))
    kind = kind_of_device(device.device)
    check_fits(device, ranks.size, here, kind)
    if kind == "cuda":
        torch.cuda.set_device(local)        # "cuda" is this one from now on
    elif not device.threads:
        torch.set_num_threads(threads_of_rank(here))
    dist.init_process_group(
        "cpu:gloo,cuda:nccl" if kind == "cuda" else "gloo",
        store=dist.PrefixStore("group", ranks.store), rank=ranks.rank,
        world_size=ranks.size,
        # longer: the watch is to speak first, for it has names
        timeout=timedelta(seconds=device.rank_timeout + PATIENCE),
        device_id=torch.device(kind, local) if kind == "cuda" else None)
    arrange(ranks, device, here, kind)
    ranks.watch = Watch(ranks, device.rank_timeout).__enter__()
    return ranks


def check_fits(device, size: int, here: int, kind: str) -> None:
    """ValueError where the settings do not fit so many ranks."""
    if kind == "mps" and size > 1:
        raise ValueError("Apple's MPS computes for one process: leave out "
                         "--ranks, or take --device cpu")
    if kind == "cuda" and torch.cuda.device_count() < here:
        raise ValueError(
            f"{here} ranks on this machine need as many GPUs, and torch sees "
            f"{torch.cuda.device_count()}: start fewer ranks")
    tensor = device.tensor_parallel
    if size % tensor:
        raise ValueError(f"device.tensor_parallel is {tensor}, which does "
                         f"not divide the {size} ranks")
    if device.strategy == "ddp" and 1 < tensor < size:
        raise ValueError(
            f"groups of {tensor} ranks that share their matrices divide the "
            f"data of {size} ranks by --strategy fsdp only")
    if device.strategy == "hybrid" and (tensor > 1 or size % here):
        raise ValueError("--strategy hybrid needs as many ranks on each "
                         "machine, and no tensor_parallel")


def kind_of_device(name: str) -> str:
    """What "auto" comes to: see choose_device."""
    if name != "auto":
        return name
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def threads_of_rank(here: int) -> int:
    """The cores of this machine that each of its ranks gets."""
    cores = (len(os.sched_getaffinity(0))
             if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    return max(1, cores // here)


def arrange(ranks: ProcessRanks, device, here: int, kind: str) -> None:
    """Lay the ranks out as a table, and find this one's part of the data."""
    tensor = device.tensor_parallel
    shape, names = (ranks.size // tensor, tensor), ("data", "tensor")
    if device.strategy == "hybrid":
        shape, names = (ranks.size // here, here), ("machines", "data")
    ranks.mesh = init_device_mesh(kind, shape, mesh_dim_names=names)
    ranks.data_size = ranks.size // tensor
    ranks.data_rank = ranks.rank // tensor
    if tensor > 1:
        ranks.data = ranks.mesh.get_group("data")
