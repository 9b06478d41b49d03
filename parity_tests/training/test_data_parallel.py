"""Parts of a batch at once: the loss and the gradient of the whole, the same
bits for any number of cores."""
import numpy as np
import pytest

import numpy_impl.training.data_parallel as ours
from numpy_impl import (
    Classification,
    GPTModel,
    Learner,
    Module,
    NextTokens,
    PackedTokens,
    Parameter,
    PreferencePairs,
)
from numpy_impl.layers import parallel
from numpy_impl.layers.qk_clip import QKClip
from numpy_impl.training.learner import pretraining_learner
from twinformer.architectures.kinds import KINDS
from twinformer.batches.collate import ClassificationBatch
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig

from ..agreement import assert_drift, assert_rounding
from ..lockstep import in_lockstep, learners, small_run, weights_of


def split(monkeypatch, count):
    """Cut batches of a few tokens into parts as well."""
    monkeypatch.setattr(ours, "part_count", lambda *_: count)


@pytest.mark.parametrize("kind", KINDS)
def test_in_lockstep_with_the_twin(kind, monkeypatch):
    """Whose batches are whole: dropout's masks are the same, and tied weights
    gather the gradients of all their uses."""
    split(monkeypatch, 2)
    run = small_run(20, kind=kind)
    one, twin = learners(run)
    for step in range(1, 21):
        losses = [each.train_step(run.batches(step), step, run.learning_rate(step)).loss
                  for each in (one, twin)]
        assert_drift(*losses, step, losses[1])
    assert len(one.data_parallel.replicas) == one.objective.rows_are_apart
    travelled = sum(map(run.learning_rate, range(1, 21)))
    expected = weights_of(twin)
    for name, array in weights_of(one).items():
        assert_drift(array, expected[name], 20, np.abs(array).max() + travelled, name)


def learner(run, dtype=np.float32):
    return pretraining_learner(run.model, run.training, DeviceConfig(device="cpu"), {
        name: a.astype(dtype) for name, a in run.parameters.items()})


@pytest.fixture
def threads():
    yield parallel.set_row_threads
    parallel.Workers.executor = None


def test_the_same_bits_on_any_number_of_cores(monkeypatch, threads):
    split(monkeypatch, 2)
    run, found = small_run(), []
    for count in (1, 2, 5):
        threads(count)
        one = learner(run)
        losses = [one.train_step(run.batches(step), step, 1e-3).loss for step in (1, 2)]
        assert len(one.data_parallel.replicas) == 1
        found.append((losses, weights_of(one)))
    for losses, weights in found[1:]:
        assert losses == found[0][0]
        for name, array in weights.items():
            np.testing.assert_array_equal(array, found[0][1][name], name)


def test_every_row_is_in_one_part(monkeypatch):
    """In order, as batches of the same class; the parts differ by a row."""
    rows = np.arange(7)
    batch = ClassificationBatch(rows[:, None], 10 * rows, 100 * rows)
    split(monkeypatch, 3)
    parts = ours.DataParallel(learner(small_run()).model, Classification()).parts(batch)
    assert [part.labels.tolist() for part in parts] == [[0, 10], [20, 30], [40, 50, 60]]
    assert [part.inputs.tolist() for part in parts] == [[[0], [1]], [[2], [3]],
                                                        [[4], [5], [6]]]
    assert [part.last.tolist() for part in parts] == [[0, 100], [200, 300], [400, 500, 600]]


@pytest.mark.parametrize("objective, apart", [
    (NextTokens(z_loss=1e-4), True), (PackedTokens(), True), (Classification(), True),
    (NextTokens(balance=0.001), False), (NextTokens(qk_clip=QKClip(1.0)), False),
    (PreferencePairs(), False)])
def test_whose_rows_meet_has_its_batches_whole(objective, apart, monkeypatch):
    split(monkeypatch, 2)
    ids = np.zeros((4, 3), int)
    parts = ours.DataParallel(learner(small_run()).model, objective).parts((ids, ids))
    assert len(parts) == (2 if apart else 1)


def test_a_replica_has_the_same_weights_and_its_own_gradients():
    model = learner(small_run()).model
    other = ours.replica(model)
    mine, others = dict(model.named_parameters()), dict(other.named_parameters())
    assert list(mine) == list(others)
    assert all(others[name] is array for name, array in mine.items())
    gradients = dict(model.named_gradients())
    for name, gradient in other.named_gradients():
        assert not np.shares_memory(gradient, gradients[name])


def test_what_is_frozen_stays_frozen(monkeypatch):
    """And a gradient adds to what is there, as backward does."""
    split(monkeypatch, 2)
    run = small_run()
    model = learner(run, np.float64).model.requires_grad_(lambda name: "norm" in name)
    batch = run.batches(1)[0]
    once = ours.DataParallel(model, NextTokens())
    model.zero_grad()
    once.forward_backward(batch, 0.5)
    first = {name: array.copy() for name, array in model.named_gradients()}
    assert all("norm" in name and array.any() for name, array in first.items())
    once.forward_backward(batch, 0.5)
    for name, array in model.named_gradients():
        assert_rounding(array, 2 * first[name], 4, np.abs(first[name]).max(), name)


@pytest.mark.parametrize("change", [
    lambda model: model.to(np.float64),
    lambda model: model.requires_grad_(lambda name: "norm" in name)])
def test_replicas_follow_a_model_that_is_changed(change, monkeypatch):
    split(monkeypatch, 2)
    run = small_run()
    used, fresh = (learner(run).model for _ in "12")
    batch, work = run.batches(1)[0], ours.DataParallel(used, NextTokens())
    work.forward_backward(batch, 0.5)
    for model in (used, fresh):
        change(model).zero_grad()
        model.final_norm.weight += 0.5
    work.forward_backward(batch, 0.5)
    ours.DataParallel(fresh, NextTokens()).forward_backward(batch, 0.5)
    expected = dict(fresh.named_gradients())
    assert list(expected) == [name for name, _ in used.named_gradients()]
    for name, array in used.named_gradients():
        np.testing.assert_array_equal(array, expected[name], name)


def test_evaluation_in_parts_is_that_of_training_without_dropout(monkeypatch):
    split(monkeypatch, 2)
    run = small_run()
    parallel_model = learner(run).data_parallel
    batch = run.batches(1)[0]
    assert parallel_model.forward(batch) == parallel_model.forward_backward(batch, 1.0)


def test_who_watches_the_layers_sees_the_whole_batch(monkeypatch):
    split(monkeypatch, 2)
    run = small_run(3)
    *_, last = in_lockstep(run, *learners(run), 3)
    assert not last.parting, str(last.parting)


class Scale(Module):
    """A model of somebody else's, without a config."""

    def __init__(self):
        super().__init__()
        self.weight = Parameter(np.full(1, 3.0))


class Squares:
    """And an objective, whose batches are no tuples: sum (weight x)^2 / 2"""

    def count(self, batch):
        return len(batch["x"])

    def forward(self, model, batch, keep=None):
        y = model.weight * batch["x"]
        return 0.5 * (y * y).sum(), (y, batch["x"])

    def backward(self, dloss, model, cache):
        y, x = cache
        model.grads["weight"] += dloss * (y * x).sum()


def test_other_models_and_objectives_have_their_batches_whole(monkeypatch):
    split(monkeypatch, 2)
    learner = Learner(Scale(), Squares(), TrainingConfig(clip_norm=0),
                      DeviceConfig(device="cpu"))
    batch = {"x": np.array([1.0, 2.0], np.float32)}
    assert learner.train_step([batch], 1, 0.0).loss == 0.5 * 9 * 5 / 2
    assert learner.model.grads["weight"] == 3 * 5 / 2
    assert learner.evaluate(batch) == (0.5 * 9 * 5, 2)


def test_a_class_of_somebody_elses_has_its_batches_whole(monkeypatch):
    """It may let rows meet."""
    split(monkeypatch, 2)
    run = small_run()
    model = type("Mine", (GPTModel,), {})(run.model)
    objective = type("Mine", (NextTokens,), {})()
    batch = run.batches(1)[0]
    assert len(ours.DataParallel(model, NextTokens()).parts(batch)) == 1
    assert len(ours.DataParallel(GPTModel(run.model), objective).parts(batch)) == 1
    assert len(ours.DataParallel(GPTModel(run.model), NextTokens()).parts(batch)) == 2


def test_an_error_in_a_part_is_passed_on(monkeypatch):
    split(monkeypatch, 2)
    run = small_run()
    ids, targets = run.batches(1)[0]
    with pytest.raises(ValueError, match=r"token ids must lie in 0\.\.12, got"):
        learner(run).train_step([(ids + 99, targets)], 1, 0.0)
