"""Log-probabilities of whole answers: the proof, and what they must add up to.
"""
import numpy as np
import pytest
import torch

from numpy_impl.training import loss
import numpy_impl.finetuning.log_probability as ours
import torch_impl.finetuning.log_probability as theirs

from ..agreement import assert_rounding
from ..case import Case
from ..components import component
from ..proof import check_agreement

NAME = "finetuning.log_probability.sequence_log_probabilities"


@pytest.mark.parametrize("targets", [
    pytest.param([[-100, -100], [0, 1]], id="a row without an answer"),
    pytest.param([[-100], [0]], id="one position")])
@pytest.mark.parametrize("average", [True, False])
def test_corners(targets, average):
    targets = np.array(targets)
    logits = np.random.default_rng(0).normal(size=(*targets.shape, 3))
    check_agreement(Case(component(NAME), dy=np.ones(2), inputs={
        "logits": logits, "targets": targets, "average": average}))


def test_the_probabilities_of_all_answers_add_up_to_one():
    """Two tokens of four each: 16 answers to a prompt, given step by step."""
    V = 4
    first = np.random.default_rng(1).normal(size=V)
    second = np.random.default_rng(2).normal(size=(V, V))
    answers = np.array([(a, b) for a in range(V) for b in range(V)])
    logits = np.stack([[first, second[a]] for a, _ in answers])  # (16, 2, V)
    logp, _ = ours.sequence_log_probabilities(logits, answers)
    assert_rounding(np.exp(logp).sum(), 1.0, 1)
    expected = (np.log(np.exp(first - first.max())[0]
                                / np.exp(first - first.max()).sum())
               + np.log(np.exp(second[0, 0]) / np.exp(second[0]).sum()))
    assert_rounding(logp[0], expected, V)


def test_the_books_average():
    """Chapter 7, bonus 4: the mean over the tokens that the mask selects."""
    generator = np.random.default_rng(3)
    logits = generator.normal(size=(3, 6, 5))
    labels = generator.integers(5, size=(3, 6))
    mask = np.array([[0, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 0], [1] * 6], bool)
    each = torch.tensor(logits).log_softmax(-1).gather(
        -1, torch.tensor(labels)[..., None])[..., 0]
    selected = torch.tensor(mask)
    expected = (each * selected).sum(-1) / selected.sum(-1)
    targets = np.where(mask, labels, -100)
    mean, _ = ours.sequence_log_probabilities(logits, targets, average=True)
    assert_rounding(mean, expected, 5)
    whole, _ = ours.sequence_log_probabilities(logits, targets)
    assert_rounding(whole, mean * mask.sum(-1), 5)


@pytest.mark.parametrize("average", [True, False])
def test_overwriting_gives_the_same_bits_in_the_place_of_the_logits(
        average, monkeypatch):
    generator = np.random.default_rng(4)
    logits, dlogp = generator.normal(size=(2, 3, 5)), generator.normal(size=2)
    targets = np.array([[1, -100, 4], [0, 2, 2]])
    monkeypatch.setattr(loss, "SLICE", 0)  # large logits alone are overwritten
    _, cache = ours.sequence_log_probabilities(logits, targets, average)
    kept = ours.sequence_log_probabilities_backward(dlogp, cache)
    written = ours.sequence_log_probabilities_backward(dlogp, cache, True)
    np.testing.assert_array_equal(written, kept)
    assert written is logits
    assert not kept[0, 1].any()  # nothing reaches what is no answer


def test_padding_changes_nothing():
    """More columns of ignored targets, which may group the additions anew."""
    generator = np.random.default_rng(5)
    logits = generator.normal(size=(2, 9, 5))
    targets = generator.integers(5, size=(2, 9))
    targets[:, 4:] = -100
    for package, kind in ((ours, np.asarray), (theirs, torch.tensor)):
        long = package.sequence_log_probabilities(kind(logits), kind(targets))
        short = package.sequence_log_probabilities(
            kind(logits[:, :4]), kind(targets[:, :4]))
        long, short = (a[0] if package is ours else a for a in (long, short))
        assert_rounding(long, short, 1)
