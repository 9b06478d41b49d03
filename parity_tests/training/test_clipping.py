"""Clipping by the global norm: the length, and the direction that stays."""
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.training.clipping as ours
import torch_impl.training.clipping as theirs

from ..strategies import generic

EPS = np.finfo(float).eps
gradients = st.lists(
    st.sampled_from([(1,), (3,), (2, 4)]).flatmap(generic), min_size=1,
    max_size=4)


@given(gradients, st.sampled_from([0.0, 1e-3, 1.0, 50.0]))
def test_both_clip_alike(gradients, most):
    """A sum of n squares, a root, a factor: relative errors of n eps."""
    mine = [g.copy() for g in gradients]
    twins = [torch.tensor(g) for g in gradients]
    norm = ours.clip_global_norm(mine, most)
    norm_t = theirs.clip_global_norm(twins, most)
    n = sum(g.size for g in gradients)
    expected = math.sqrt(math.fsum(float(x) ** 2 for g in gradients
                                   for x in g.ravel()))
    assert abs(norm - expected) <= n * EPS * expected
    assert abs(norm_t - expected) <= n * EPS * expected
    shrink = min(1.0, most / expected) if most and expected else 1.0
    if abs(expected - most) <= n * EPS * most:
        return  # whether it is longer is decided by rounding
    for g, mine_g, twin_g in zip(gradients, mine, twins):
        for found in (mine_g, twin_g.numpy()):
            assert (np.abs(found - g * shrink)
                    <= 4 * n * EPS * np.abs(g)).all()


@given(gradients)
def test_short_enough_is_left_alone_to_the_bit(gradients):
    mine = [g.copy() for g in gradients]
    norm = ours.clip_global_norm(mine, 1e9)
    assert norm == ours.global_norm(gradients)
    for g, kept in zip(gradients, mine):
        np.testing.assert_array_equal(g, kept)


@given(gradients)
def test_zero_only_measures(gradients):
    mine = [g.copy() for g in gradients]
    ours.clip_global_norm(mine, 0.0)
    for g, kept in zip(gradients, mine):
        np.testing.assert_array_equal(g, kept)


def test_it_is_the_length_in_all_directions_together():
    assert ours.global_norm([np.array([3.0]), np.array([[4.0]])]) == 5
    assert theirs.global_norm([torch.tensor([3.0]), torch.tensor([[4.0]])]) \
        == 5


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_what_is_not_finite_is_reported_not_spread(bad):
    """Scaling by 1 / inf would write zeros and NaNs into sound gradients."""
    for package, make in ((ours, np.array), (theirs, torch.tensor)):
        found = [make([1.0, bad]), make([2.0])]
        assert not math.isfinite(package.clip_global_norm(found, 1.0))
        assert float(found[1][0]) == 2.0


@given(gradients)
def test_torchs_own_clipping(gradients):
    """torch divides by norm + 1e-6; otherwise the same."""
    mine = [g.copy() for g in gradients]
    peers = [torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.float64))
             for g in gradients]
    for peer, g in zip(peers, gradients):
        peer.grad = torch.tensor(g)
    norm = ours.clip_global_norm(mine, 1.0)
    torch.nn.utils.clip_grad_norm_(peers, 1.0)
    for g, peer in zip(mine, peers):
        np.testing.assert_allclose(peer.grad, g, rtol=2e-6 / max(norm, 1.0)
                                   + 1e-12, atol=1e-300)
