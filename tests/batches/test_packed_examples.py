"""Windows of examples: everything is in one of them, once, at its place."""
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twinformer.batches.packed_examples import pack, packed_batch
from twinformer.batches.collate import collate_instructions

from parity_tests.text.samples import error_of

LENGTHS = st.lists(st.integers(1, 20), max_size=40)


@given(LENGTHS, st.integers(20, 60))
def test_every_example_is_in_one_window(lengths, capacity):
    windows = pack(lengths, capacity)
    assert sorted(i for window in windows for i in window) \
        == list(range(len(lengths)))
    sizes = [sum(lengths[i] for i in window) for window in windows]
    assert all(0 < size <= capacity for size in sizes)
    # no window could take an example of a later one
    for place, size in enumerate(sizes):
        later = [lengths[i] for window in windows[place + 1:] for i in window]
        assert not later or size + min(later) > capacity
    assert windows == pack(lengths, capacity)


def test_longest_first_and_equal_ones_in_order():
    assert pack([3, 5, 3, 2, 5], 8) == [[1, 0], [4, 2], [3]]
    assert pack([], 8) == []


def test_an_example_that_fits_no_window():
    assert "9 tokens does not fit into a window of 8" in error_of(
        pack, [1, 9], 8)


def test_a_window():
    """The example of the module's docstring, prompts of two and of no tokens.
    """
    window = [([1, 2, 3, 4], 2), ([5, 6, 7], 0), ([8, 9], 2)]
    batch = packed_batch([window, [([1], 0)]], pad_id=0)
    assert batch.inputs.tolist() == [[1, 2, 3, 4, 5, 6, 7, 8, 9],
                                     [1, 0, 0, 0, 0, 0, 0, 0, 0]]
    assert batch.targets.tolist() == [[-100, 3, 4, 0, 6, 7, 0, -100, 0],
                                      [0] + [-100] * 8]
    assert batch.documents.tolist() == [[0, 0, 0, 0, 1, 1, 1, 2, 2],
                                        [0] + [1] * 8]


@given(st.lists(st.tuples(st.lists(st.integers(0, 9), min_size=1, max_size=9),
                          st.integers(0, 4)), min_size=1, max_size=5))
def test_one_example_a_window_is_padding(examples):
    batch = packed_batch([[example] for example in examples], 11)
    inputs, targets = collate_instructions(
        [ids for ids, _ in examples], 11,
        prompt_lengths=[min(prompt, len(ids)) for ids, prompt in examples])
    np.testing.assert_array_equal(batch.inputs, inputs)
    if all(prompt <= len(ids) for ids, prompt in examples):
        np.testing.assert_array_equal(batch.targets, targets)
