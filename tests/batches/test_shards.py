"""Many files behave as one array, and give the same batches."""
import json

import numpy as np
import pytest
from hypothesis import example, given, strategies as st

import twinformer.batches.window_order as order_module
from twinformer.batches.batches import Batches
from twinformer.batches.shards import ShardedTokens

from parity_tests.text.samples import error_of
from .loaded import epoch, next_batch


@st.composite
def sharded(draw, least=1):
    """(an array, the same array in shards of random lengths, some of them empty)"""
    lengths = draw(st.lists(st.integers(0, 30), min_size=1, max_size=6))
    lengths[0] = max(lengths[0], least)
    whole = np.arange(sum(lengths), dtype=np.uint16)
    return whole, ShardedTokens(np.split(whole, np.cumsum(lengths)[:-1]))


@given(sharded(), st.data())
def test_as_one_array(both, data):
    whole, shards = both
    n = len(whole)
    assert len(shards) == n and shards.shape == whole.shape and shards.dtype == whole.dtype
    np.testing.assert_array_equal(np.asarray(shards), whole)
    place = data.draw(st.integers(-n, n - 1))
    assert shards[place] == whole[place]
    cut = data.draw(st.slices(n))
    np.testing.assert_array_equal(shards[cut], whole[cut])
    index = np.array(data.draw(st.lists(
        st.lists(st.integers(-n, n - 1), min_size=2, max_size=2), min_size=1)))
    np.testing.assert_array_equal(shards[index], whole[index])


@given(sharded(10), st.integers(1, 8), st.none() | st.integers(1, 9), st.integers(1, 4),
       st.sampled_from(["shuffled", "random", "sequential"]), st.integers(0, 12),
       st.sampled_from([2**22, 2]))
@example((np.arange(11), ShardedTokens(np.split(np.arange(11), [5, 5]))),   # an empty shard
         1, None, 1, "sequential", 2, 2)
def test_the_same_batches(both, max_length, stride, batch_size, order, cut, listed):
    """As from one array; and a state of one is a state of the other."""
    before = order_module.LISTED
    order_module.LISTED = listed
    try:
        one, many = (Batches(tokens, batch_size, max_length, stride, order, 7, False)
                     for tokens in both)
        for _ in range(cut):
            for a, b in zip(next_batch(one), next_batch(many), strict=True):
                np.testing.assert_array_equal(a, b)
        state = json.loads(json.dumps(one.state_dict()))
        many = Batches(both[1], batch_size, max_length, stride, order, 7, False)
        many.load_state_dict(state)
        np.testing.assert_array_equal(next_batch(many)[0], next_batch(one)[0])
    finally:
        order_module.LISTED = before


@given(st.integers(1, 8), st.none() | st.integers(1, 9), st.integers(1, 4), st.integers(1, 4),
       st.integers(0, 5), st.integers(10, 90))
def test_an_epoch_of_a_computed_order(max_length, stride, batch_size, ranks, skip, n):
    """No window lost or seen twice; ranks take turns."""
    before = order_module.LISTED
    order_module.LISTED = 0
    try:
        tokens = ShardedTokens(np.array_split(np.arange(n), 3))
        one = Batches(tokens, batch_size, max_length, stride, seed=3, drop_last=False)
        many = [Batches(tokens, batch_size, max_length, stride, seed=3, drop_last=False,
                        rank=rank, ranks=ranks) for rank in range(ranks)]
        step = stride or max_length
        expected = list(range(0, n - max_length, step))
        for _ in range(2):
            rows = np.concatenate([inputs[:, 0] for inputs, _ in epoch(one)])
            assert sorted(rows.tolist()) == expected
        for _ in range(skip):
            next_batch(one)
        for reader in many:
            reader.load_state_dict(one.state_dict())
        for _ in range(3):
            for reader in many:
                np.testing.assert_array_equal(next_batch(reader)[1], next_batch(one)[1])
    finally:
        order_module.LISTED = before



def test_what_is_refused():
    assert "one dtype" in error_of(ShardedTokens, [np.arange(3), np.arange(3, dtype=np.uint8)])
    assert "at least one" in error_of(ShardedTokens, [])
    tokens = ShardedTokens([np.arange(3)])
    for index in (3, -4, np.array([0, 3])):
        with pytest.raises(IndexError):
            tokens[index]
    with pytest.raises(IndexError, match="integers"):
        tokens[np.array([0.0])]


def test_an_epoch_of_random_windows():
    """Batch by batch it is one stream of draws, PCG64's of the seed and the epoch."""
    batches = Batches(np.arange(1000), 3, 8, order="random", seed=5)
    for number in range(2):
        starts = np.concatenate([inputs[:, 0] for inputs, _ in epoch(batches)])
        draws = np.random.PCG64([5, number]).random_raw(len(starts))
        np.testing.assert_array_equal(starts, draws % 992)
