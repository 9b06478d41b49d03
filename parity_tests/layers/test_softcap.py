"""Soft cap: small numbers pass, large ones stop at the cap."""
import numpy as np

import numpy_impl.layers.softcap as ours

from ..agreement import DOUBLE, ULPS, assert_agree


def test_large_numbers_stop_at_the_cap_and_small_ones_pass():
    x = np.array([-1e9, -1e-9, 0.0, 1e-9, 1e9])
    y = ours.softcap(x, 30.0)
    assert y[[0, 2, 4]].tolist() == [-30.0, 0.0, 30.0]
    assert_agree(y[[1, 3]], x[[1, 3]], ULPS * DOUBLE.eps * np.abs(x[[1, 3]]))
    assert ours.softcap_backward(np.ones(5), y, 30.0)[[0, 4]].tolist() == [0, 0]
