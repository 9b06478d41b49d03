"""The z-loss: beside the cross-entropy, in its one pass over the logits."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.training.z_loss as ours
import torch_impl.training.z_loss as theirs
from numpy_impl.training.loss import SlicedBelief, cross_entropy

from ..agreement import assert_agree, assert_rounding
from ..bounds import measured_bounds
from ..components import component
from ..proof import (
    check_agreement, check_derivative, check_float32, check_laws,
)
from ..strategies import cases, generic, moderate, seeds
from .test_loss import in_slices

Z_LOSS = "training.z_loss.cross_entropy_and_z"


@given(cases(Z_LOSS))
def test_slices_agree(case):
    with in_slices():
        check_agreement(case)


@given(cases(Z_LOSS, generic), seeds)
def test_slices_have_the_right_derivative(case, seed):
    with in_slices():
        check_derivative(case, seed)


@given(cases(Z_LOSS, moderate))
def test_slices_in_float32_are_as_accurate_as_torchs(case):
    with in_slices():
        check_float32(case)


@given(cases(Z_LOSS))
def test_laws_of_slices(case):
    with in_slices():
        check_laws(case)


def drawn(seed, N=5, V=7, size=3.0):
    draw = np.random.default_rng(seed)
    targets = draw.integers(0, V, N)
    targets[0] = ours.IGNORE
    return draw.normal(1.0, size, (N, V)), targets


@given(seeds, st.sampled_from([1e-4, 0.5]), st.booleans())
def test_its_gradient_sums_to_what_moves_a_row(seed, weight, sliced):
    """sum_v dlogits_v = 2 weight log_z share dz: the cross-entropy's part sums
    to 0. Where something is added to all logits of a row, that is felt."""
    logits, targets = drawn(seed)
    log_z = torch.logsumexp(torch.tensor(logits), -1).numpy()
    kept = targets != ours.IGNORE
    if sliced:
        with in_slices():
            *_, cache = ours.cross_entropy_and_z(logits, targets, weight)
        assert isinstance(cache.entropy[1], SlicedBelief)
    else:
        *_, cache = ours.cross_entropy_and_z(logits, targets, weight)
    dlogits = ours.cross_entropy_and_z_backward(3.0, 5.0, cache)
    expected = 5.0 * 2 * weight * log_z * kept / kept.sum()
    assert_rounding(dlogits.sum(-1), expected, 20,
                    size=3 + np.abs(expected).max())


@given(cases(Z_LOSS, generic))
def test_the_loss_beside_it_is_the_cross_entropy(case):
    """To the bit, its gradient too, where z gets none."""
    inputs = dict(case.inputs)
    weight = inputs.pop("weight")
    loss, entropy = cross_entropy(*inputs.values())
    found, z, cache = ours.cross_entropy_and_z(
        inputs["logits"], inputs["targets"], weight,
        inputs["ignore_index"], inputs["reduction"])
    np.testing.assert_array_equal(found, loss)
    assert (np.asarray(z) >= 0).all()
    dloss = case.dy[0]
    np.testing.assert_array_equal(
        ours.cross_entropy_and_z_backward(dloss, 0.0 * dloss, cache),
        ours.cross_entropy_backward(dloss, entropy))


@pytest.mark.parametrize("shift", [0.0, -2.0, 40.0])
def test_a_constant_on_all_logits_is_all_that_it_sees(shift):
    """Of equal logits: (shift + log V)^2; nothing where the sum is 1."""
    V = 4
    logits = np.full((1, V), shift - np.log(V))
    loss, z, _ = ours.cross_entropy_and_z(logits, np.array([1]), 0.25)
    assert_rounding(loss, np.log(V), 8, size=1 + abs(shift))
    assert_rounding(z, 0.25 * shift**2, 8, size=1 + shift**2)


@given(seeds, st.booleans())
def test_what_is_returned_is_nats_and_what_is_learned_both(seed, sliced):
    """nats_beside_z: the value of the cross-entropy, the gradient of both."""
    logits, targets = drawn(seed)
    both = component(Z_LOSS)
    x = torch.tensor(logits, requires_grad=True)

    def twin():
        nats = theirs.nats_beside_z(x, torch.from_numpy(targets), 0.5)
        return {"nats": nats, "d": torch.autograd.grad(nats, x)[0]}
    expected, bounds = measured_bounds(twin)
    inputs = logits.copy(), targets
    if sliced:
        with in_slices():
            nats, cache = ours.nats_beside_z(*inputs, 0.5)
    else:
        nats, cache = ours.nats_beside_z(*inputs, 0.5)
    alone, _ = cross_entropy(*inputs, reduction="sum")
    assert_rounding(nats, alone, 10, size=1 + np.abs(logits).max())
    kept = ours.nats_beside_z_backward(1.0, cache)
    assert_agree(kept, expected["d"], bounds["d"])
    written = ours.nats_beside_z_backward(1.0, cache, overwrite=True)
    np.testing.assert_array_equal(written, kept)
    assert (written is inputs[0]) == sliced and both.name == Z_LOSS


@pytest.mark.parametrize("package", [ours, theirs])
def test_without_a_weight_it_is_not_computed(package, monkeypatch):
    def never(*_):
        raise AssertionError
    monkeypatch.setattr(package, "cross_entropy_and_z", never)
    logits, targets = drawn(1)
    if package is theirs:
        nats = theirs.nats_beside_z(
            torch.tensor(logits), torch.tensor(targets), 0.0)
    else:
        nats, cache = ours.nats_beside_z(logits, targets, 0.0)
        assert ours.nats_beside_z_backward(1.0, cache).shape == logits.shape
    assert nats > 0
