"""Cross-entropy: ignored targets, its three reductions, and torch's own."""
import math
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given

import numpy_impl.training.loss as ours
import torch_impl.training.loss as theirs
from numpy_impl.layers import parallel

from ..agreement import assert_rounding
from ..case import Case
from ..components import component
from ..proof import (
    check_agreement, check_derivative, check_float32, check_laws,
)
from ..strategies import cases, generic, moderate, seeds

LOSS = "training.loss.cross_entropy"


@contextmanager
def in_slices(rows_of=3):
    """Every array counts as large; slices of a few elements."""
    with (patch.object(ours, "SLICE", -1),
          patch.object(parallel, "SLICE", rows_of)):
        yield


@given(cases(LOSS))
def test_slices_agree(case):
    with in_slices():
        check_agreement(case)


@given(cases(LOSS, generic), seeds)
def test_slices_have_the_right_derivative(case, seed):
    with in_slices():
        check_derivative(case, seed)


@given(cases(LOSS, moderate))
def test_slices_in_float32_are_as_accurate_as_torchs(case):
    with in_slices():
        check_float32(case)


@given(cases(LOSS))
def test_laws_of_slices(case):
    with in_slices():
        check_laws(case)


def test_large_logits_are_sliced_and_small_ones_are_not():
    for V, large in ((ours.SLICE, False), (ours.SLICE + 1, True)):
        _, (_, belief) = ours.cross_entropy(np.zeros((1, V)), np.array([0]))
        assert isinstance(belief, ours.SlicedBelief) == large


def loss_case(logits, targets, reduction="mean", ignore=ours.IGNORE):
    logits, targets = np.array(logits, float), np.array(targets)
    dy = np.ones(targets.shape if reduction == "none" else ())
    return Case(component(LOSS), dy=dy, inputs={
        "logits": logits, "targets": targets, "ignore_index": ignore,
        "reduction": reduction})


@pytest.mark.parametrize("case", [
    pytest.param(loss_case([[1e300, -1e300]], [1]), id="huge"),
    pytest.param(loss_case([[1e308, -1e308]], [0]), id="difference overflows"),
    pytest.param(loss_case([[3.0]], [0]), id="one token"),
    pytest.param(loss_case([[2.0, 2.0, 2.0]], [1]), id="ties"),
    pytest.param(loss_case([0.5, -1.0], 1, "none"), id="one row"),
    pytest.param(loss_case([[0.0, 1.0]], [0], "sum", 0), id="ignore a token"),
    pytest.param(loss_case([[0.0, 1.0], [2.0, 0.0]], [-100, -100]),
                 id="all ignored")])
def test_corners(case):
    check_agreement(case)
    with in_slices():
        check_agreement(case)


@pytest.mark.parametrize("logits, targets, mean", [
    ([[-1, 1], [-.5, 1.5]], [0, 1], 1.1269),
    ([[-1, 1], [-.5, 1.5], [-.5, 1.5]], [0, 1, 1], 0.7936),
    ([[-1, 1], [-.5, 1.5], [-.5, 1.5]], [0, 1, -100], 1.1269)])
def test_the_books_examples(logits, targets, mean):
    loss, _ = ours.cross_entropy(np.array(logits, float), np.array(targets))
    assert round(float(loss), 4) == mean


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_all_ignored_is_a_loss_of_zero(reduction):
    loss, cache = ours.cross_entropy(np.ones((2, 3)), np.array([-100, -100]),
                                     reduction=reduction)
    assert loss == 0
    assert not ours.cross_entropy_backward(1.0, cache).any()


def test_a_model_that_knows_nothing_is_surprised_by_log_v():
    loss, _ = ours.cross_entropy(np.zeros((4, 50)), np.arange(4))
    assert_rounding(loss, math.log(50), 1)
    assert_rounding(math.exp(float(loss)), 50, math.log(50))


@given(cases(LOSS, generic))
def test_the_gradient_of_every_position_sums_to_zero(case):
    """Belief and truth both sum to one."""
    loss, cache = ours.cross_entropy(*case.inputs.values())
    dlogits = ours.cross_entropy_backward(case.dy, cache)
    V = dlogits.shape[-1]
    allowed = 8 * V * np.finfo(float).eps * (np.abs(case.dy).max() + 1e-300)
    assert (np.abs(dlogits.sum(-1)) <= allowed).all()


@given(cases(LOSS, generic))
def test_overwriting_gives_the_same_bits_in_the_place_of_the_logits(case):
    inputs = [a.copy() if isinstance(a, np.ndarray) else a
              for a in case.inputs.values()]
    with in_slices():
        _, cache = ours.cross_entropy(*inputs)
    kept = ours.cross_entropy_backward(case.dy, cache)
    np.testing.assert_array_equal(inputs[0], case.inputs["logits"])
    written = ours.cross_entropy_backward(case.dy, cache, overwrite=True)
    np.testing.assert_array_equal(written, kept)
    assert written is inputs[0]


@given(cases(LOSS, generic))
def test_it_is_torchs_own(case):
    logits, targets, ignored, reduction = case.inputs.values()
    if reduction == "mean" and (targets == ignored).all():
        return  # torch says NaN there
    V = logits.shape[-1]
    expected = torch.nn.functional.cross_entropy(
        torch.tensor(logits).reshape(-1, V), torch.tensor(targets).reshape(-1),
        ignore_index=ignored, reduction=reduction)
    loss, _ = ours.cross_entropy(*case.inputs.values())
    each = 1 if reduction == "none" else targets.size
    assert_rounding(np.ravel(loss), expected.ravel(), V + each,
                    size=1 + np.abs(logits).max())


@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize("targets, reduction, message", [
    ([0, 1, 2], "mean", r"expected shape \(2,\), got \(3,\)"),
    ([0, 1], "average", "mean, sum or none, got 'average'")])
def test_mistakes_are_refused(package, targets, reduction, message):
    logits, targets = np.zeros((2, 3)), np.array(targets)
    if package is theirs:
        logits, targets = torch.tensor(logits), torch.tensor(targets)
    with pytest.raises(ValueError, match=message):
        package.cross_entropy(logits, targets, reduction=reduction)


@pytest.mark.parametrize("wrong", [3, -1])
def test_a_target_outside_the_vocabulary_is_refused(wrong):
    with pytest.raises(ValueError, match=rf"0\.\.2 .* -100, got {wrong}"):
        ours.cross_entropy(np.zeros((2, 3)), np.array([0, wrong]))
    ours.cross_entropy(np.zeros((2, 3)), np.array([0, wrong]),
                       ignore_index=wrong)


def test_overwriting_logits_that_are_a_slice():
    """Reshaping a slice copies it: the gradient must not go there, unseen."""
    wide = np.random.default_rng(0).normal(size=(2, 5, 7))
    targets = np.random.default_rng(1).integers(0, 7, (2, 4))
    with in_slices():
        _, cache = ours.cross_entropy(wide[:, :-1], targets)
        whole = ours.cross_entropy_backward(1.0, cache)
        _, cache = ours.cross_entropy(wide[:, :-1], targets)
    np.testing.assert_array_equal(
        ours.cross_entropy_backward(1.0, cache, overwrite=True), whole)
