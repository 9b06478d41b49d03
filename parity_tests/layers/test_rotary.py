"""Rotary positions: a rotation, its inverse, and what a score depends on."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numpy_impl.layers.rotary import Rotary, rotate, rotate_backward
from numpy_impl.layers.rotary_frequencies import rotary_frequencies, yarn_frequencies

from ..agreement import assert_agree
from ..bounds import DOUBLE, ULPS
from ..strategies import seeds

layouts = pytest.mark.parametrize("interleaved", [False, True])


def turned(x, t, interleaved=False, **about):
    rotary = Rotary.plain(x.shape[-1], **about)
    return rotate(x, *rotary.waves(np.array([t]), x), interleaved)


def rounding(*arrays):
    """A few roundings of the largest number in sight."""
    return ULPS * DOUBLE.eps * max(np.abs(a).max() for a in arrays)


@layouts
@given(seed=seeds)
def test_backward_is_the_inverse_rotation(interleaved, seed):
    x = np.random.default_rng(seed).standard_normal((2, 3, 5, 8))
    waves = Rotary.plain(6).waves(np.arange(5) * seed % 1000, x)
    y = rotate(x, *waves, interleaved)
    back = rotate_backward(y, *waves, interleaved)
    assert_agree(back, x, np.full(x.shape, rounding(x)))
    assert_agree((y * y).sum(-1), (x * x).sum(-1),
                 np.full(x.shape[:-1], 8 * rounding(x * x)))
    np.testing.assert_array_equal(y[..., 6:], x[..., 6:])


@layouts
@given(seed=seeds, t=st.integers(0, 100), s=st.integers(0, 100),
       shift=st.integers(0, 1000))
def test_a_score_depends_on_the_distance_alone(interleaved, seed, t, s, shift):
    q, k = np.random.default_rng(seed).standard_normal((2, 1, 8))
    near = turned(q, t, interleaved) @ turned(k, s, interleaved).T
    far = turned(q, t + shift, interleaved) @ turned(
        k, s + shift, interleaved).T
    # the angle of a far position is rounded to its own size
    allowed = (1 + t + s + shift) * 8 * rounding(q) * np.abs(k).max()
    assert_agree(far, near, np.full((1, 1), allowed))


@given(seeds)
def test_the_two_layouts_differ_by_the_order_of_features(seed):
    x = np.random.default_rng(seed).standard_normal((3, 8))
    order = np.arange(8).reshape(4, 2).T.ravel()  # first of each pair, second
    waves = Rotary.plain(8).waves(np.arange(3), x)
    np.testing.assert_array_equal(
        rotate(x, *waves, interleaved=True)[:, order],
        rotate(x[:, order], *waves))


def test_position_zero_turns_nothing():
    x = np.random.default_rng(0).standard_normal((1, 8))
    np.testing.assert_array_equal(turned(x, 0), x)


def test_what_cannot_be_turned_is_refused():
    with pytest.raises(ValueError, match="even width, got 7"):
        Rotary.plain(7)
    with pytest.raises(ValueError, match="angles for 8 features.*head has 6"):
        rotate(np.zeros((1, 6)), *Rotary.plain(8).waves(np.arange(1), np.zeros(1)))


def test_yarn_slows_down_by_any_factor_above_1():
    """Slightly longer texts need it, too; at 1 the angles are the plain ones."""
    frequencies = yarn_frequencies(rotary_frequencies(8, 3.0), 3.0, 1.5, 300)
    np.testing.assert_array_equal(Rotary.yarn(8, 3.0, 1.5, 300).frequencies, frequencies)
    np.testing.assert_array_equal(Rotary.yarn(8, 3.0, 1.0, 300).frequencies,
                                  Rotary.plain(8, 3.0).frequencies)
