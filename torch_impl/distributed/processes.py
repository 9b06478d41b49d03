"""Processes that train together, each with a rank: how they find and hear each
other. torchrun starts them, on one machine or on several, and tells each
in its environment who it is and where they meet.

    RANK, WORLD_SIZE                which one of how many
    LOCAL_RANK, LOCAL_WORLD_SIZE    the same among those of its machine
    MASTER_ADDR, MASTER_PORT        where the store is

The store is a small table on the first machine, by which they arrange what
may take long; arrays are added up by torch's collectives.
"""
import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from twinformer.io.strict_json import json_text
from twinformer.ranks import Ranks

from .restarts import attempt_store, launch_store, remembered_run

__all__ = ["ProcessRanks", "launched"]

PLACES = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
LONG = timedelta(days=30)       # what rank 0 does for all may take its time
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
