"""A launch that begins again: where a rank has died, torchrun ends the others
and starts all of them anew, with the same words. They are to go on with the
run that they had.

Which one that is stands in the store of the launch. It belongs to torchrun,
and outlives the ranks: what those of an earlier attempt have left in it, such
as their addresses, must not be taken for what the ranks of today say.
"""
import time
import uuid
from datetime import timedelta

import torch.distributed as dist

__all__ = ["attempt_store", "launch_store", "remembered_run"]

PAUSE = 0.05    # seconds between two looks at the store


def attempt_store(store, rank: int, size: int):
    """A part of the store that the ranks of this attempt alone use.

    Nobody tells them which attempt it is (torchrun counts for each host by
    itself), so they find each other. The first rank writes a new mark; the
    others answer to the mark that they read, each with a mark of its own, and
    wait until the first rank has confirmed it. To an old mark nobody answers,
    and they look again.
    """
    shared = launch_store(store)
    mine = uuid.uuid4().hex
    if rank == 0:
        shared.set("attempt", mine)
        for other in range(1, size):
            answer = shared.get(f"{mine}/{other}/answer")   # waits for it
            shared.set(f"{mine}/{other}/confirmed", answer)
        return dist.PrefixStore(mine, shared)
    while True:
        mark = shared.get("attempt").decode()
        shared.set(f"{mark}/{rank}/answer", mine)
        time.sleep(PAUSE)
        confirmed = f"{mark}/{rank}/confirmed"
        if shared.check([confirmed]) and (
                shared.get(confirmed).decode() == mine):
            return dist.PrefixStore(mark, shared)


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
