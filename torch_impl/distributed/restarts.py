"""A launch that begins again: where one rank has died, torchrun ends the others
and starts all of them anew, with the same words. They are to go on with the
run that they had.

Which one that is stands in the store of the launch. It belongs to torchrun,
and outlives the ranks; what they keep in it is otherwise new in each attempt.
"""
from datetime import timedelta

import torch.distributed as dist

__all__ = ["launch_store", "remembered_run"]


def launch_store(store):
    """What all attempts of a launch share, given the store of one attempt"""
    while isinstance(store, dist.PrefixStore):
        store = store.underlying_store
    return dist.PrefixStore("twinformer/launch", store)


def remembered_run(store=None) -> str:
    """The folder of the run that an earlier attempt has begun, or this one; ""
    where there is none.

    store : of this attempt; left out, it is looked for in the environment
    """
    if store is None:
        store, _, _ = next(dist.rendezvous(
            "env://", timeout=timedelta(minutes=5)))
    kept = launch_store(store)
    return kept.get("run").decode() if kept.check(["run"]) else ""
