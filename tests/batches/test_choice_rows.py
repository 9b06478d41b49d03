"""Contexts and choices as batches: to the number, by hand and by rule."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinformer.batches.choice_rows import (
    batches_by_length, check_choices, choice_batch,
)

tokens = st.lists(st.integers(1, 99), min_size=1, max_size=9)


def test_a_batch_by_hand():
    """The second row is one token too long for a context of 4."""
    inputs, read, targets = choice_batch(
        [[1, 2], [3, 4, 5]], [[7], [8, 9, 6]], 4)
    assert inputs.tolist() == [[1, 2, 0, 0], [4, 5, 8, 9]]
    assert read.tolist() == [[1, 0, 0], [1, 2, 3]]
    assert targets.tolist() == [[7, -100, -100], [8, 9, 6]]


@given(st.lists(st.tuples(tokens, tokens), min_size=1, max_size=5),
       st.integers(9, 20))
def test_what_is_read_comes_right_before_its_target(pairs, length):
    contexts, choices = zip(*pairs)
    check_choices(contexts, choices, length)
    inputs, read, targets = choice_batch(contexts, choices, length)
    longest = max(len(context) + len(choice) for context, choice in pairs)
    assert inputs.shape == (len(pairs), min(longest - 1, length))
    assert read.shape == targets.shape == (
        len(pairs), max(map(len, choices)))
    for row, (context, choice) in enumerate(pairs):
        scored = targets[row] != -100
        assert targets[row][scored].tolist() == choice
        assert read[row][scored].tolist() == list(
            range(read[row][0], read[row][0] + len(choice)))
        whole = [*context, *choice]
        for place, target in zip(read[row][scored], targets[row][scored]):
            before = inputs[row, :place + 1].tolist()
            assert any(whole[:i][-len(before):] == before
                       and whole[i] == target for i in range(1, len(whole)))
        # and all of the context that there is room for
        assert read[row][0] + 1 == min(len(context), length + 1 - len(choice))


@given(st.lists(st.integers(1, 9), max_size=20), st.integers(1, 6))
def test_batches_hold_each_row_once_the_longest_first(lengths, batch_size):
    batches = batches_by_length(lengths, batch_size)
    order = [row for batch in batches for row in batch.tolist()]
    assert order == sorted(range(len(lengths)), key=lambda row: -lengths[row])
    assert [len(batch) for batch in batches[:-1]] == \
        [batch_size] * (len(batches) - 1)
    assert not batches or 1 <= len(batches[-1]) <= batch_size


def test_the_least_and_the_most():
    check_choices([[1]], [[2]], 1)
    check_choices([[1] * 50], [[2] * 4], 4)
    for choice in ([], [2] * 5):
        with pytest.raises(ValueError, match="1 to 4 tokens"):
            check_choices([[1]], [choice], 4)
    with pytest.raises(ValueError, match="row 1 has no context"):
        check_choices([[1], []], [[2], [2]], 4)
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        batches_by_length([1], 0)
    assert np.concatenate(batches_by_length([3, 3, 3], 1)).tolist() == [0, 1, 2]
