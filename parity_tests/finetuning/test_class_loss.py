"""The loss of a classifier: the proof, torch's own, and what it means."""
import numpy as np
import pytest
import torch
from hypothesis import given

import numpy_impl.finetuning.class_loss as ours
import torch_impl.finetuning.class_loss as theirs
from numpy_impl.training.loss import cross_entropy

from ..agreement import assert_rounding
from ..case import Case
from ..components import component
from ..proof import check_agreement
from ..strategies import cases, generic

LOSS = "finetuning.class_loss.class_loss"


def loss_case(scores, labels, class_weights=None, label_smoothing=0.0):
    return Case(component(LOSS), dy=np.ones(()), inputs={
        "scores": np.array(scores, float), "labels": np.array(labels),
        "class_weights": class_weights, "label_smoothing": label_smoothing})


@pytest.mark.parametrize("case", [
    pytest.param(loss_case([[1e300, -1e300]], [1]), id="huge"),
    pytest.param(loss_case([[800.0, -800.0]], [1], None, 0.1),
                 id="a share that rounds to 0"),
    pytest.param(loss_case([[3.0]], [0], (2.0,), 0.5), id="one class"),
    pytest.param(loss_case([[2.0, 2.0]], [1], (0.0, 1.0)), id="no weight")])
def test_corners(case):
    check_agreement(case)


@given(cases(LOSS, generic))
def test_it_is_torchs_own(case):
    scores, labels, weights, smoothing = case.inputs.values()
    expected = torch.nn.functional.cross_entropy(
        torch.tensor(scores), torch.tensor(labels),
        None if weights is None else torch.tensor(weights).double(),
        reduction="sum", label_smoothing=smoothing)
    loss, _ = ours.class_loss(scores, labels, weights, smoothing)
    heaviest = 1 if weights is None else max(1, *weights)
    assert_rounding(loss, expected, scores.size,
                    size=heaviest * (1 + np.abs(scores).max()))


@given(cases(LOSS, generic))
def test_plain_it_is_the_loss_of_language_models(case):
    scores, labels, _, _ = case.inputs.values()
    expected, _ = cross_entropy(scores, labels, reduction="sum")
    loss, _ = ours.class_loss(scores, labels)
    assert_rounding(loss, expected, scores.size, 1 + np.abs(scores).max())


@pytest.mark.parametrize("smoothing", [0.1, 0.3])
def test_smoothed_labels_have_a_best_score(smoothing):
    """Where the model believes what it shall believe, the gradient is 0."""
    believed = np.array([[1 - smoothing / 2, smoothing / 2]])
    _, cache = ours.class_loss(np.log(believed), np.array([0]),
                               label_smoothing=smoothing)
    assert_rounding(ours.class_loss_backward(1.0, cache), np.zeros((1, 2)), 1,
                    size=0.5)


def test_balanced_weights_give_each_class_the_same_say():
    """Three texts of one class and one of the other pull as hard."""
    labels = np.array([0, 0, 0, 1])
    weights = len(labels) / (2 * np.bincount(labels))
    _, cache = ours.class_loss(np.zeros((4, 2)), labels, weights)
    dscores = ours.class_loss_backward(1.0, cache)
    assert_rounding(dscores.sum(0), np.zeros(2), 1, size=0.5)
    assert_rounding(weights[labels].mean(), 1.0, 1)


@pytest.mark.parametrize("package", [ours, theirs])
def test_a_label_for_each_text(package):
    scores, labels = np.zeros((2, 3)), np.array([0, 1, 2])
    if package is theirs:
        scores, labels = torch.tensor(scores), torch.tensor(labels)
    with pytest.raises(ValueError, match=r"expected shape \(2,\), got \(3,\)"):
        package.class_loss(scores, labels)


@pytest.mark.parametrize("wrong", [3, -1])
def test_a_label_that_is_no_class_is_refused(wrong):
    with pytest.raises(ValueError, match=r"must lie in 0\.\.2"):
        ours.class_loss(np.zeros((2, 3)), np.array([0, wrong]))
