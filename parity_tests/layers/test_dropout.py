"""Dropout with shared keep-masks, and where the masks come from."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from twinformer.models.keep_masks import KeepMasks, masks_of_parts
import numpy_impl.layers.dropout as ours
import torch_impl.layers.dropout as theirs
from twinformer.models.context import Context

from ..strategies import seeds

@given(seeds, st.floats(0, 0.99))
def test_masks_depend_on_the_seed_and_the_order_of_calls_alone(seed, rate):
    a, b = KeepMasks(seed), KeepMasks(seed)
    for shape in [(3, 4), (2,), (3, 4)]:
        np.testing.assert_array_equal(a(shape, rate), b(shape, rate))


@given(seeds, st.lists(st.integers(1, 3), min_size=1, max_size=4), st.randoms())
def test_parts_have_their_rows_of_the_masks_of_the_whole(seed, sizes, random):
    """Whichever of them is ahead when it asks."""
    shapes = [(3, 4), (2,), (5, 1)]
    whole = KeepMasks(seed)
    whole = [whole((sum(sizes), *shape), 0.5) for shape in shapes]
    sources = masks_of_parts(KeepMasks(seed), sizes)
    order = [part for part in range(len(sizes)) for _ in shapes]
    random.shuffle(order)
    asked = [0] * len(sizes)
    for part in order:
        index = asked[part]
        asked[part] += 1
        start = sum(sizes[:part])
        np.testing.assert_array_equal(
            sources[part]((sizes[part], *shapes[index]), 0.5),
            whole[index][start:start + sizes[part]])


def test_without_masks_parts_have_none():
    assert masks_of_parts(None, [2, 3]) == [None, None]


def test_a_number_is_kept_from_the_rate_on():
    """Drawn from [0, 1): below the rate is a share of exactly the rate."""
    class Drawn:
        def random(self, shape, dtype):
            below = np.nextafter(dtype(0.25), dtype(0))
            return np.array([0, below, 0.25, 0.5], dtype)
    masks = KeepMasks(0)
    masks.generator = Drawn()
    assert masks((4,), 0.25).tolist() == [False, False, True, True]


def test_the_share_left_out_is_the_rate():
    """Of 100 000 draws within five standard deviations."""
    for rate in (0.1, 0.5, 0.9):
        kept = KeepMasks(1)((100_000,), rate)
        deviation = (rate * (1 - rate) / 100_000) ** 0.5
        assert abs(kept.mean() - (1 - rate)) < 5 * deviation


def test_the_mean_stays_and_what_was_left_out_has_no_gradient():
    layer, x = ours.Dropout(0.25), np.ones(8)
    kept = np.array([1, 1, 1, 0, 1, 1, 1, 0], bool)
    y, cache = layer.forward(x, Context(keep=lambda shape, rate: kept))
    np.testing.assert_array_equal(y, kept / 0.75)
    np.testing.assert_array_equal(layer.backward(x, cache), kept / 0.75)


def test_without_masks_it_is_the_identity():
    x = np.arange(3.0)
    y, cache = ours.Dropout(0.5).forward(x)
    assert y is x and ours.Dropout(0.5).backward(x, cache) is x
    assert torch.equal(theirs.Dropout(0.5).eval()(torch.ones(3)),
                       torch.ones(3))


def test_the_twin_draws_its_own_masks_while_training():
    torch.manual_seed(0)
    y = theirs.Dropout(0.25)(torch.ones(100_000))
    assert set(y.unique().tolist()) == {0.0, float(torch.tensor(1 / 0.75))}
    assert abs(float(y.mean()) - 1) < 0.01


@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, float("nan")])
def test_a_rate_outside_its_range_is_refused(package, rate):
    with pytest.raises(ValueError, match="expected a rate in"):
        package.Dropout(rate)
