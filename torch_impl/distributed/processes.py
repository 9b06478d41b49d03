"""Processes that train together, each with a rank: how they find and hear each
other. torchrun starts them, on one machine or on several, and tells each
in its environment who it is and where they meet.

    RANK, WORLD_SIZE                which one of how many
    LOCAL_RANK, LOCAL_WORLD_SIZE    the same among those of its machine
    MASTER_ADDR, MASTER_PORT        where the store is

The store is a small table on the first machine, by which they arrange what
may take long. Tensors travel by NCCL between GPUs and by Gloo between CPUs.
"""
import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch.distributed.device_mesh import init_device_mesh

from twinformer.io.strict_json import json_text
from twinformer.ranks import Ranks, current_ranks, with_ranks

from .restarts import attempt_store, launch_store, remembered_run
from .watch import Watch

__all__ = ["ProcessRanks", "first_to_fail", "join_ranks", "launched",
           "lost_in_words"]

PLACES = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
LONG = timedelta(days=30)       # what rank 0 does for all may take its time
PATIENCE = 20                   # seconds
MISTAKES = {"of a value": ValueError, "of the system": OSError}


def launched() -> bool:
    """Whether torchrun, or somebody like it, has started this process."""
    return all(os.environ.get(name) for name in PLACES)


class ProcessRanks(Ranks):
    """This process among the others; see twinformer/ranks.py.

    Attributes
    ----------
    store : torch.distributed.Store
        Of this attempt: after a restart it is an empty one.
    mesh : DeviceMesh
        The ranks as a table, with one axis for each thing that is divided:
        "data" by rows of a batch, "tensor" by parts of a matrix; where
        weights are kept once a machine, "machines" before them.
    """

    def __init__(self, store, rank: int, size: int):
        self.store, self.rank, self.size = store, rank, size
        self.data_rank, self.data_size = rank, size
        self.mesh: Any = None
        self.data: Any = None       # the process group to add up in
        self.meetings = 0
        self.watch: Any = None

    @classmethod
    def found(cls):
        """The others, by the environment; nothing but the store is there."""
        if not launched():
            return cls(dist.HashStore(), 0, 1)
        store, rank, size = next(dist.rendezvous("env://", timeout=LONG))
        store.set_timeout(LONG)
        return cls(attempt_store(store, rank, size), rank, size)

    def total(self, array: np.ndarray) -> np.ndarray:
        tensor = torch.from_numpy(np.array(array, np.float64))
        dist.all_reduce(tensor, group=self.data)
        return tensor.numpy()

    def maxima(self, array: np.ndarray) -> np.ndarray:
        tensor = torch.from_numpy(np.array(array, np.float64))
        dist.all_reduce(tensor, dist.ReduceOp.MAX, group=self.data)
        return tensor.numpy()

    def most(self, number: int) -> int:
        tensor = torch.tensor(number)
        dist.all_reduce(tensor, dist.ReduceOp.MAX)
        return int(tensor)

    def blamed(self, guilty: bool, words: str) -> str:
        key = self.meeting()
        self.store.set(f"{key}/{self.rank}",
                       json_text([bool(guilty), words]))
        for rank in range(self.size):
            theirs, said = json.loads(self.store.get(f"{key}/{rank}"))
            if theirs:
                return f"{said} (on rank {rank})"
        return words

    def first_does(self, what: Callable[[], Any]) -> Any:
        key = self.meeting()
        if self.first:
            try:
                result = what()
            except tuple(MISTAKES.values()) as mistake:
                kind = next(name for name, kind in MISTAKES.items()
                            if isinstance(mistake, kind))
                self.store.set(key, json_text(
                    {"mistake": kind, "words": str(mistake)}))
                raise
            self.store.set(key, json_text({"result": result}))
            return result
        found = json.loads(self.store.get(key))
        if "mistake" in found:
            raise MISTAKES[found["mistake"]](found["words"])
        return found["result"]

    def meeting(self) -> str:
        """A key of the store that all ranks have in common, each once."""
        self.meetings += 1
        return f"meeting/{self.meetings}"

    def came_to(self, place: str) -> None:
        if self.watch:
            self.watch.came_to(place)

    def remember(self, run: str) -> None:
        if self.first:
            launch_store(self.store).set("run", run)

    def remembered(self) -> str:
        return remembered_run(self.store)

    def first_to_fail(self) -> bool:
        try:
            return self.store.add("failures", 1) == 1
        except RuntimeError:        # where the store was, nobody is left
            return True

    def leave(self) -> None:
        if self.watch:
            self.watch.__exit__()
        if dist.is_initialized():
            dist.barrier(group=self.data)
            dist.destroy_process_group()


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


def first_to_fail() -> bool:
    """Whether no other rank has failed before; where they have not met yet,
    the first one of each machine speaks."""
    ranks = current_ranks()
    if ranks.size == 1:
        return os.environ.get("LOCAL_RANK", "0") == "0"
    return ranks.first_to_fail()


def threads_of_rank(here: int) -> int:
    """The cores of this machine that each of its ranks gets."""
    cores = (len(os.sched_getaffinity(0))
             if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    return max(1, cores // here)


def lost_in_words(problem: BaseException) -> OSError | None:
    """A broken connection in words; None for any other problem."""
    said = str(problem)
    broken = ("Connection closed by peer", "Connection reset", "gloo/",
              "Timed out waiting", "NCCL")
    if not isinstance(problem, RuntimeError) or not any(
            word in said for word in broken):
        return None
    ranks = current_ranks()
    return ConnectionError(
        f"rank {ranks.rank} of {ranks.size} waited for the others, and one "
        f"of them is gone or did not come "
        f"({said.splitlines()[0][:200]})")
