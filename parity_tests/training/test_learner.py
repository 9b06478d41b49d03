"""One training step, in both packages: accumulation, states, and what happens
when a number is not finite. Whole runs are in test_lockstep.py."""
from dataclasses import replace

import numpy as np
import pytest

from numpy_impl.training import learner as ours
from twinformer.configs.device_config import DeviceConfig
from twinformer.learning import NonFiniteError
from torch_impl.training import learner as theirs

from ..agreement import assert_rounding
from ..lockstep import gradients_of, learners, small_run, weights_of

both = pytest.mark.parametrize("package", [ours, theirs],
                               ids=["numpy", "torch"])
CPU = DeviceConfig(device="cpu")


def learner(package, run, dtype=np.float64):
    return package.pretraining_learner(run.model, run.training, CPU, {
        name: a.astype(dtype) for name, a in run.parameters.items()})


def without_dropout(run, **training):
    return run._replace(model=replace(run.model, dropout=0.0),
                        training=replace(run.training, **training))


@both
def test_accumulation_is_one_large_batch(package):
    """Microbatches of different numbers of targets, ignored ones among them:
    the same loss and gradient as all sequences at once, but for the order of
    additions."""
    run = without_dropout(small_run(), clip_norm=0.0)
    (a, a_targets), (b, b_targets) = run.batches(1)
    b_targets[0] = -100
    apart, together = learner(package, run), learner(package, run)
    results = [apart.train_step([(a, a_targets), (b, b_targets)], 1, 0.0),
               together.train_step([(np.concatenate([a, b]), np.concatenate(
                   [a_targets, b_targets]))], 1, 0.0)]
    assert_rounding(results[0].loss, results[1].loss, 2)
    gradients = [gradients_of(each) for each in (apart, together)]
    for name, g in gradients[0].items():
        scale = np.abs(g).max() + 1e-3
        assert_rounding(gradients[1][name], g, 2 * a.size, scale, name)


@both
def test_a_batch_without_a_target(package):
    """Loss 0, gradient 0, and the weights only decay."""
    run = small_run()
    one = learner(package, run)
    ids, targets = run.batches(1)[0]
    result = one.train_step([(ids, np.full_like(targets, -100))], 1, 0.1)
    assert result == (0.0, 0.0)
    before = run.parameters["position_embedding.weight"]
    assert_rounding(weights_of(one)["position_embedding.weight"],
                    before * (1 - 0.1 * run.training.weight_decay), 1)


def test_steps_and_evaluation_agree():
    run = small_run()
    one, other = learners(run)
    results = [each.train_step(run.batches(1), 1, 1e-3)
               for each in (one, other)]
    assert_rounding(results[0], results[1], 2 * run.batches(1)[0][0].size)
    ids, targets = run.batches(2)[0]
    nats, count = one.evaluate((ids, targets))
    nats_t, count_t = other.evaluate((ids, targets))
    assert count == count_t == (targets != -100).sum()
    assert_rounding(nats, nats_t, ids.size)


@both
def test_the_result_is_what_was_measured_before_the_step(package):
    """The mean loss of the old weights, the norm before clipping."""
    run = without_dropout(small_run(), clip_norm=1e-3)
    one = learner(package, run)
    batches = run.batches(1)
    sums = [one.evaluate(batch) for batch in batches]
    result = one.train_step(batches, 1, 1e-3)
    mean = sum(nats for nats, _ in sums) / sum(count for _, count in sums)
    assert_rounding(result.loss, mean, 2)
    clipped = np.sqrt(sum((g**2).sum() for g in gradients_of(one).values()))
    assert_rounding(clipped, 1e-3, 2)
    assert result.grad_norm > 0.1


@both
def test_a_step_does_not_add_to_the_last_one(package):
    run = small_run()
    one = learner(package, run)
    first = one.train_step(run.batches(1), 1, 0.0)
    assert one.train_step(run.batches(1), 1, 0.0) == first


@pytest.mark.parametrize("start, goes_on", [
    (ours, ours), (ours, theirs), (theirs, ours), (theirs, theirs)])
def test_a_state_of_either_package_goes_on_in_the_other(start, goes_on):
    """Three steps in one, two more in the other: as five in one."""
    run = without_dropout(small_run())
    whole, first, second = (learner(p, run) for p in (start, start, goes_on))
    for step in range(1, 6):
        whole.train_step(run.batches(step), step, 1e-3)
    for step in range(1, 4):
        first.train_step(run.batches(step), step, 1e-3)
    state = {name: a.copy() for name, a in first.state().items()}
    second.load_state(state)
    assert list(second.state()) == list(state)
    for step in range(4, 6):
        second.train_step(run.batches(step), step, 1e-3)
    for name, a in weights_of(whole).items():
        np.testing.assert_allclose(weights_of(second)[name], a, rtol=0,
                                   atol=1e-12 * (np.abs(a).max() + 1e-2))


@both
def test_what_goes_bad_is_named_and_nothing_is_touched(package):
    run = without_dropout(small_run())
    one = learner(package, run)
    one.train_step(run.batches(1), 1, 1e-3)
    huge = np.zeros((64, 16))
    huge[:, 0], huge[:, 1] = 1.7e308, -1.7e308  # times a difference: too much
    for name, value, where in (
            ("blocks.1.norm2.weight", np.nan, "weight blocks.1.norm2.weight"),
            ("blocks.1.feed_forward.up.weight", huge,
             "output of blocks.1.feed_forward.up")):
        state = {n: a.copy() for n, a in one.state().items()}
        broken = {n: a.copy() for n, a in state.items()}
        broken[f"model.{name}"][...] = value
        one.load_state(broken)
        with pytest.raises(NonFiniteError, match=where) as problem, \
                np.errstate(all="ignore"):
            one.train_step(run.batches(2), 2, 1e-3)
        assert problem.value.step == 2
        for n, a in one.state().items():
            np.testing.assert_array_equal(a, broken[n], n)
        one.load_state(state)


@both
def test_masks_depend_on_seed_step_and_microbatch_alone(package):
    """A learner that starts at step 7 draws the masks of one that ran there."""
    run = small_run()
    ran, fresh = learner(package, run), learner(package, run)
    for step in range(1, 7):
        ran.train_step(run.batches(step), step, 0.0)
    assert ran.train_step(run.batches(7), 7, 0.0) \
        == fresh.train_step(run.batches(7), 7, 0.0)
    assert fresh.train_step(run.batches(7), 8, 0.0) \
        != fresh.train_step(run.batches(7), 7, 0.0)


@pytest.mark.parametrize("wrong", [
    {"device": "cuda"}, {"precision": "bfloat16"}, {"compile": True},
    {"activation_checkpointing": True}, {"vocabulary_multiple": 2}])
def test_the_reference_refuses_what_it_cannot_do(wrong):
    run = small_run()
    with pytest.raises(ValueError, match=f"device.{next(iter(wrong))}"):
        ours.pretraining_learner(run.model, run.training, DeviceConfig(**wrong),
                     run.parameters)


@both
def test_float32_trains_in_float32(package):
    run = small_run()
    one = learner(package, run, np.float32)
    one.train_step(run.batches(1), 1, 1e-3)
    assert {a.dtype for n, a in one.state().items() if "steps" not in n} \
        == {np.dtype(np.float32)}


@both
def test_a_single_target_is_its_own_mean(package):
    run = without_dropout(small_run(), clip_norm=0.0)
    ids, targets = np.array([[3]]), np.array([[5]])
    once, twice = learner(package, run), learner(package, run)
    alone = once.train_step([(ids, targets)], 1, 0.0)
    both_of_them = twice.train_step([(ids, targets), (ids, targets)], 1, 0.0)
    assert_rounding(alone.loss, both_of_them.loss, terms=2)
    assert_rounding(alone.grad_norm, both_of_them.grad_norm, terms=64)


def test_a_placed_model_keeps_freed_memory_for_the_next_text(monkeypatch):
    """The commands place every model, after it was loaded; nobody who merely
    computes with the package has malloc changed."""
    told = []
    monkeypatch.setattr(ours, "keep_freed_memory", lambda: told.append(1))
    model = object()
    assert ours.placed(model, "cpu") == (model, "cpu") and told
    with pytest.raises(ValueError, match="device.device = cuda"):
        ours.placed(model, "cuda")
