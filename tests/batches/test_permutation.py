"""The computed shuffle is a permutation, the same on every machine."""
import numpy as np
from hypothesis import example, given, strategies as st

from twinformer.batches.permutation import permuted

from parity_tests.text.samples import error_of


@given(st.integers(1, 3000), st.integers(0, 2**64), st.integers(0, 100))
@example(1, 0, 0)
@example(2, 0, 0)
@example(4, 0, 0)       # the last number of its half bits
@example(1025, 0, 0)
def test_every_position_once(n, seed, epoch):
    mapped = permuted(np.arange(n), n, seed, epoch)
    np.testing.assert_array_equal(np.sort(mapped), np.arange(n))


@given(st.integers(1, 2**62), st.data())
def test_positions_one_by_one(n, data):
    """Any part of it by itself is a part of the whole."""
    places = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=20, unique=True))
    together = permuted(np.array(places), n, 5)
    alone = [int(permuted(np.array([place]), n, 5)[0]) for place in places]
    assert together.tolist() == alone
    assert len(set(alone)) == len(alone) and 0 <= min(alone) <= max(alone) < n


def test_written_down_once():
    assert permuted(np.arange(10), 10, 3, 0).tolist() == [2, 3, 9, 7, 5, 1, 8, 6, 4, 0]
    assert permuted(np.arange(10), 10, 3, 1).tolist() == [6, 1, 7, 9, 8, 5, 4, 3, 0, 2]


def test_every_place_is_as_likely():
    """Chi-squared of place against value, 25 degrees of freedom, over 2,000 seeds."""
    n, seeds = 6, 2000
    counts = np.zeros((n, n))
    for seed in range(seeds):
        counts[np.arange(n), permuted(np.arange(n), n, seed)] += 1
    expected = seeds / n
    assert ((counts - expected)**2 / expected).sum() < 55       # one in two thousand


def test_neighbours_part():
    """In a shuffled order the next window is anywhere."""
    steps = np.abs(np.diff(permuted(np.arange(50_000), 50_000, 1)))
    assert abs(steps.mean() / (50_000 / 3) - 1) < 0.03


def test_what_is_not_in_range():
    assert "0..4" in error_of(permuted, np.array([5]), 5, 0)
    assert "positions" in error_of(permuted, np.array([-1]), 5, 0)
    assert "positions" in error_of(permuted, np.array([], int), 0, 0)
