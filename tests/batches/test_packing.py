"""Documents in windows: ids and masks against a plain loop, and a model's view."""
import numpy as np
from hypothesis import assume, given, strategies as st

from twinformer.batches.batches import Batches
from twinformer.batches.packing import (
    document_ids, document_mask, document_positions, packed_batch,
)
from numpy_impl.text.windows import SlidingWindows


@st.composite
def documents(draw):
    """(number of each token's document, where documents start)"""
    lengths = draw(st.lists(st.integers(1, 9), min_size=1, max_size=12))
    return np.repeat(np.arange(len(lengths)), lengths), np.cumsum([0, *lengths[:-1]])


@given(documents(), st.data())
def test_ids_masks_and_positions(both, data):
    numbers, starts = both
    T = data.draw(st.integers(1, len(numbers)))
    offsets = data.draw(st.lists(st.integers(0, len(numbers) - T), min_size=1, max_size=4))
    ids = document_ids(starts.astype(np.uint64), np.array(offsets), T)
    assert ids.tolist() == [numbers[offset:offset + T].tolist() for offset in offsets]
    mask, places = document_mask(ids), document_positions(ids)
    for row in range(len(offsets)):
        for t in range(T):
            assert places[row, t] == (ids[row, :t] == ids[row, t]).sum()
            for s in range(T):
                assert mask[row, t, s] == (s <= t and ids[row, s] == ids[row, t])


@given(documents(), st.booleans())
def test_packed_batches(both, ignored):
    """The batches of before, with documents; targets of other documents can be left out."""
    numbers, starts = both
    assume(len(numbers) > 2)
    batches = Batches(numbers, 2, 2, 1, seed=1, drop_last=False)
    windows = SlidingWindows(numbers, 2, 1)
    for _ in range(5):
        indices = batches.next_indices()
        batch = packed_batch(windows, indices, starts, -100 if ignored else None)
        inputs, targets = windows.__getitems__(indices)
        np.testing.assert_array_equal(batch.inputs, inputs)
        np.testing.assert_array_equal(batch.documents, inputs)  # a token is its document here
        same = inputs == targets
        np.testing.assert_array_equal(batch.targets, np.where(
            same | (not ignored), targets, -100))
