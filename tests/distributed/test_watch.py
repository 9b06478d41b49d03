"""A rank that hangs is named: by its silence, or by the place it stays at."""
import threading
import time

import pytest
import torch.distributed as dist

from torch_impl.distributed.watch import Watch


class Rank:
    """One of several, in a thread of this process."""

    def __init__(self, store, rank, size):
        self.store, self.rank, self.size = store, rank, size


@pytest.fixture
def watches():
    """Three ranks, who give up after a second and a half; and what they said."""
    store, said = dist.PrefixStore("run", dist.HashStore()), []

    def ranks(size=3):
        return [Watch(Rank(store, rank, size), timeout=1.5, interval=0.05,
                      give_up=lambda words, rank=rank: said.append((rank, words)))
                for rank in range(size)]
    return ranks, said


def until(done, seconds=20.0):
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.02)


def test_ranks_that_go_on_are_left_alone(watches):
    ranks, said = watches
    every = ranks()
    for watch in every:
        watch.__enter__()
    for step in range(50):
        for watch in every:
            watch.came_to(f"step {step}")
        time.sleep(0.05)
    for watch in every:
        watch.__exit__()
    assert not said


def test_all_that_wait_together_are_left_alone(watches):
    """A long step is no fault of one rank."""
    ranks, said = watches
    every = ranks()
    for watch in every:
        watch.came_to("step 1")
        watch.__enter__()
    time.sleep(2.5)
    for watch in every:
        watch.__exit__()
    assert not said


def test_the_one_that_is_behind_is_named(watches):
    ranks, said = watches
    every = ranks()
    for watch in every:
        watch.came_to("step 7: its data")
        watch.__enter__()
    for watch in (every[0], every[2]):
        watch.came_to("step 7: the forward pass")
    until(lambda: said)
    for watch in every:
        watch.__exit__()
    _, words = said[0]
    assert words.startswith("rank 1 (") and "process" in words
    assert "it came to step 7: its data, they are at step 7: the forward pass" in words


@pytest.mark.parametrize("silent", [0, 2])
def test_the_one_that_is_silent_is_named_by_the_first_that_is_not(watches, silent):
    ranks, said = watches
    every = ranks()
    for watch in every:
        watch.came_to("step 3")
        watch.__enter__()
    time.sleep(0.5)
    every[silent].done.set()        # as a process that was stopped
    until(lambda: said)
    for watch in every:
        watch.__exit__()
    speaker, words = said[0]
    assert speaker == (1 if silent == 0 else 0)
    assert f"rank {silent} (" in words and "has not answered for" in words


def test_one_rank_has_nobody_to_watch(watches):
    ranks, said = watches
    alone, = ranks(1)
    before = threading.active_count()
    with alone:
        alone.came_to("step 1")
        assert threading.active_count() == before
    assert not said
