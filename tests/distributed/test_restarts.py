"""The ranks of one attempt find each other, whatever those of an earlier one left in
the store that torchrun keeps for all of them."""
import threading
import time

import pytest
import torch.distributed as dist

from torch_impl.distributed.restarts import attempt_store, launch_store, remembered_run


def met(store, size, late=()):
    """The stores of so many ranks, of which some come later than others."""
    found = {}

    def come(rank):
        if rank in late:
            time.sleep(0.3)
        found[rank] = attempt_store(dist.PrefixStore("any", store), rank, size)

    threads = [threading.Thread(target=come, args=(rank,), daemon=True) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == size
    return found


@pytest.mark.parametrize("late", [(), (0,), (1, 2)])
def test_three_attempts(late):
    store = dist.HashStore()
    marks = set()
    for attempt in range(3):
        ranks = met(store, 3, late)
        ranks[2].set("address", f"of attempt {attempt}")
        assert all(ranks[rank].get("address").decode() == f"of attempt {attempt}"
                   for rank in ranks)
        assert ranks[0].add("failures", 1) == 1     # an empty part, each time
        marks.add(launch_store(store).get("attempt"))
    assert len(marks) == 3


def test_an_attempt_in_which_some_never_came():
    """Rank 1 was killed while it started: the others wait, are ended, and begin anew."""
    store = dist.HashStore()
    threading.Thread(target=attempt_store, args=(store, 0, 3), daemon=True).start()
    shared = launch_store(store)
    mark = shared.get("attempt").decode()
    shared.set(f"{mark}/2/answer", "of a rank 2 that is dead by now")
    ranks = met(store, 3)
    ranks[0].set("key", "x")
    assert all(ranks[rank].get("key") == b"x" for rank in ranks)


def test_the_run_is_remembered_over_attempts():
    store = dist.HashStore()
    assert remembered_run(dist.PrefixStore("first", store)) == ""
    launch_store(dist.PrefixStore("first", store)).set("run", "runs/run-7")
    assert remembered_run(dist.PrefixStore("second", store)) == "runs/run-7"
