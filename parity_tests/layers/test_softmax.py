"""Softmax: shares of one, with masks, ties, and huge scores."""
import numpy as np
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import numpy_impl.layers.softmax as ours
import torch_impl.layers.softmax as theirs

from ..agreement import assert_rounding
from ..bounds import DOUBLE
from ..case import Case
from ..components import component
from ..proof import check_agreement
from ..strategies import values

rows = hnp.array_shapes(min_dims=1, max_dims=3, max_side=9).flatmap(values)


@given(rows)
@example(np.array([[3.0]]))                      # one score: the share is 1
@example(np.array([1e308, 1e308]))               # a tie of huge scores
@example(np.array([[-1e308, 1e308]]))            # their difference overflows
def test_shares_are_not_negative_and_sum_to_one(x):
    with np.errstate(over="ignore"):
        p, logp = ours.softmax(x), ours.log_softmax(x)
    size = x.shape[-1]
    assert (p >= 0).all() and (logp <= 0).all()
    assert (np.abs(p.sum(-1) - 1) <= size * DOUBLE.eps).all()
    top = np.take_along_axis(p, x.argmax(-1)[..., None], -1)
    np.testing.assert_array_equal(top, p.max(-1, keepdims=True))


@given(rows, st.sampled_from([-1024.0, -0.5, 1.0, 4096.0]))
def test_a_shift_of_all_scores_changes_nothing(x, shift):
    """To the bit, where the shift itself is exact: on multiples of 1/8."""
    x = np.round(np.clip(x, -1e3, 1e3) * 8) / 8
    for f in (ours.softmax, ours.log_softmax):
        np.testing.assert_array_equal(f(x + shift), f(x))


@given(rows, rows)
def test_gradients_of_a_softmax_sum_to_zero(x, dp):
    """A shift is no change, so no gradient points along it."""
    x, dp = np.broadcast_arrays(x.ravel()[0] + np.arange(5.0), dp.ravel()[0])
    dp = np.linspace(-1, 1, 5) * dp
    dx = ours.softmax_backward(dp, ours.softmax(x))
    assert abs(dx.sum()) <= 40 * DOUBLE.eps * np.abs(dp).sum() + DOUBLE.tiny


def test_a_row_that_may_attend_to_nothing_gives_zero():
    """0, not 0/0, and a gradient of 0; also beside NaN and infinity."""
    x = np.array([[1.0, 2.0], [np.nan, np.inf], [1.0, 2.0]])
    mask = np.array([[False, False], [False, False], [True, False]])
    p = ours.masked_softmax(x, mask)
    np.testing.assert_array_equal(p, [[0, 0], [0, 0], [1, 0]])
    dx = ours.softmax_backward(np.ones((3, 2)), p)
    np.testing.assert_array_equal(dx, np.zeros((3, 2)))
    check_agreement(Case(component("layers.softmax.masked_softmax"),
                         dy=np.ones((3, 2)),
                         inputs={"x": np.nan_to_num(x, posinf=9),
                                 "mask": mask}))


def test_masked_scores_do_not_matter_whatever_they_are():
    mask = np.array([True, False, True, False])
    a = ours.masked_softmax(np.array([0.1, 7.0, 0.3, -2.0]), mask)
    b = ours.masked_softmax(np.array([0.1, np.inf, 0.3, np.nan]), mask)
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(a[[1, 3]], 0)
    np.testing.assert_array_equal(
        a[[0, 2]], ours.softmax(np.array([0.1, 0.3])))


@given(rows)
def test_twin_is_torchs_own(x):
    x, V = torch.from_numpy(x), x.shape[-1]
    # exp makes of the rounding of its argument, 745 at most, as much
    assert_rounding(theirs.softmax(x), torch.softmax(x, -1), V + 745)
    expected = torch.log_softmax(x, -1)
    assert_rounding(theirs.log_softmax(x), expected, V, 1 + abs(expected))
