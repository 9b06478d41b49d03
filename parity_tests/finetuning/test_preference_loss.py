"""DPO's loss and IPO's: the proof, log 2 at the start, and where each is least.
"""
import math

import numpy as np
import pytest
import torch

import numpy_impl.finetuning.preference_loss as ours
import torch_impl.finetuning.preference_loss as theirs

from ..agreement import assert_rounding
from ..case import Case
from ..components import component
from ..proof import check_agreement

DPO = "finetuning.preference_loss.dpo_loss"


def dpo_case(margins, beta=0.1, label_smoothing=0.0):
    margins = np.array(margins, float)
    return Case(component(DPO), dy=np.ones(margins.shape), inputs={
        "margins": margins, "beta": beta, "label_smoothing": label_smoothing})


@pytest.mark.parametrize("case", [
    pytest.param(dpo_case([1e300, -1e300]), id="huge"),
    pytest.param(dpo_case([7500.0, -7500.0]), id="exp would overflow"),
    pytest.param(dpo_case([400.0]), id="1 - sigmoid has no digits"),
    pytest.param(dpo_case([0.0, -0.0], label_smoothing=0.3), id="zeros"),
    pytest.param(dpo_case(-2.0), id="one pair")])
def test_corners(case):
    check_agreement(case)


@pytest.mark.parametrize("beta", [0.01, 0.1, 5.0])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.25, 0.5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_of_equal_models_is_log_2(beta, label_smoothing, dtype):
    """To the bit where labels are not smoothed; else (1 - e) + e rounds."""
    margins = np.zeros(3, dtype)
    expected = np.full(3, math.log(2), dtype)
    found, _ = ours.dpo_loss(margins, beta, label_smoothing)
    twin = theirs.dpo_loss(torch.tensor(margins), beta, label_smoothing)
    ulps = 0 if label_smoothing == 0 else 1
    for losses in (found, twin.numpy()):
        np.testing.assert_array_max_ulp(losses, expected, ulps or 1)
        if not ulps:
            np.testing.assert_array_equal(losses, expected)


def test_it_is_the_formula_of_the_paper():
    """Equation 7, from four log-probabilities, spelled out by torch."""
    generator = torch.Generator().manual_seed(0)
    chosen, rejected, chosen_before, rejected_before = torch.randn(
        4, 6, generator=generator, dtype=torch.float64)
    beta = 0.3
    expected = -torch.log(torch.sigmoid(
        beta * (chosen - chosen_before)
        - beta * (rejected - rejected_before)))
    margins = (chosen - rejected) - (chosen_before - rejected_before)
    found, _ = ours.dpo_loss(margins.numpy(), beta)
    assert_rounding(found, expected, 4)


@pytest.mark.parametrize("label_smoothing", [0.1, 0.3, 0.5])
def test_smoothed_labels_have_a_best_margin(label_smoothing):
    """The slope is 0 at log(1/e - 1) / beta, and grows through it."""
    best = math.log(1 / label_smoothing - 1) / 0.1
    slopes = []
    for margin in (best - 1, best, best + 1):
        _, cache = ours.dpo_loss(np.array(margin), 0.1, label_smoothing)
        slopes.append(float(ours.dpo_loss_backward(1.0, cache)))
    assert slopes[0] < 0 < slopes[2]
    assert_rounding(slopes[1], 0.0, 1, size=0.1 / 2)


def test_ipo_is_least_where_it_says():
    loss, cache = ours.ipo_loss(np.array([5.0, 4.0]), beta=0.1)
    assert loss.tolist() == [0.0, 1.0]
    assert ours.ipo_loss_backward(1.0, cache).tolist() == [0.0, -2.0]


def test_a_lost_pair_pulls_harder_than_a_won_one():
    """And one lost by far pulls with all of beta."""
    _, cache = ours.dpo_loss(np.array([-1e4, -10.0, 0.0, 10.0, 1e4]), 0.5)
    slopes = ours.dpo_loss_backward(1.0, cache)
    assert (np.diff(slopes) > 0).all()
    assert slopes[0] == -0.5 and slopes[2] == -0.25 and slopes[4] == 0.0
