"""The softcap: a limit that small scores do not feel."""
import numpy as np
import pytest
import torch
from hypothesis import given

import numpy_impl.layers.softcap as ours
import torch_impl.layers.softcap as theirs

from ..agreement import assert_agree, assert_rounding
from ..bounds import measured_bounds
from ..strategies import values


@given(values((2, 5)), values((2, 5)))
@pytest.mark.parametrize("cap", [0.5, 30.0])
def test_both_sides_and_their_gradients(cap, x, dy):
    def twin():
        leaf = torch.from_numpy(x).requires_grad_()
        y = theirs.soft_cap(leaf, cap)
        return {"y": y, "dx": torch.autograd.grad(y, leaf, torch.from_numpy(dy))[0]}
    y = ours.soft_cap(x, cap)
    exact, bounds = measured_bounds(twin)
    assert_agree(y, exact["y"], bounds["y"])
    assert_agree(ours.uncap(dy, ours.cap_slope(y, cap)), exact["dx"], bounds["dx"])
    assert np.abs(y).max() <= cap


def test_without_a_cap_nothing_happens():
    x = np.ones(3)
    assert ours.soft_cap(x, None) is x and ours.cap_slope(x, None) is None
    assert ours.uncap(x, None) is x
    assert theirs.soft_cap(x, None) is x


def test_small_scores_stay_as_they_are():
    """tanh z = z - z^3 / 3: by a third of (x / cap)^2 less."""
    x = np.linspace(-1, 1, 9)
    cap = 1e9
    assert_rounding(ours.soft_cap(x, cap), x, 1)
    assert_rounding(ours.cap_slope(ours.soft_cap(x, cap), cap), np.ones(9), 1)
