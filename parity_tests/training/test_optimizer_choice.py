"""Which optimizer the settings ask for, and heads that it holds back."""
from dataclasses import replace

import numpy as np
import pytest

from numpy_impl.training import learner as ours
from torch_impl.training import learner as theirs
from twinformer.configs.device_config import DeviceConfig

from ..agreement import assert_drift
from ..lockstep import in_lockstep, learners, small_run, weights_of

CPU = DeviceConfig(device="cpu")
both = pytest.mark.parametrize("package", [ours, theirs],
                               ids=["numpy", "torch"])
MUON = {"optimizer": "muon", "learning_rate": 1e-2}


def run_with(steps=40, kind="gpt2", **training):
    run = small_run(steps, kind=kind)
    return run._replace(training=replace(run.training, **training))


def learner(package, run):
    return package.pretraining_learner(run.model, run.training, CPU,
                                       run.parameters)


@pytest.mark.parametrize("kind, training", [
    ("gpt2", MUON | {"schedule": "wsd"}),
    ("gpt2", MUON | {"adjust_lr_fn": "original", "muon_rate": 0.5}),
    ("llama", MUON | {"z_loss": 1e-2, "qk_clip": 0.5}),
    ("gpt2", {"z_loss": 1e-2, "qk_clip": 0.5}),
    ("qwen3_moe", MUON | {"newton_schulz_steps": 3})], ids=str)
def test_runs_in_lockstep(kind, training):
    """Losses, gradients and weights of whole runs are those of the twin."""
    run = run_with(kind=kind, **training)
    *_, last = in_lockstep(run, *learners(run), 40)
    assert not last.parting, str(last.parting)
    assert last.step == 40


@both
@pytest.mark.parametrize("training", [MUON, MUON | {"qk_clip": 0.5}], ids=str)
@pytest.mark.parametrize("goes_on", [ours, theirs], ids=["numpy", "torch"])
def test_a_state_of_either_package_goes_on_in_the_other(
        package, goes_on, training):
    """Three steps in one, two more in the other: as five in one; in the same
    package to the bit."""
    run = run_with(**training)
    run = run._replace(model=replace(run.model, dropout=0.0))
    whole, first, second = (learner(p, run) for p in (package, package, goes_on))
    for step in range(1, 6):
        whole.train_step(run.batches(step), step, 1e-2)
    for step in range(1, 4):
        first.train_step(run.batches(step), step, 1e-2)
    state = {name: a.copy() for name, a in first.state().items()}
    second.load_state(state)
    assert list(second.state()) == list(state)
    assert int(second.state()["optimizer.steps"]) == 3
    for step in range(4, 6):
        second.train_step(run.batches(step), step, 1e-2)
    for name, a in weights_of(whole).items():
        if goes_on is package:
            np.testing.assert_array_equal(weights_of(second)[name], a, name)
        assert_drift(weights_of(second)[name], a, 5, name=name)


@both
def test_the_state_has_no_second_moment_of_a_map(package):
    state = learner(package, run_with(**MUON)).state()
    seconds = [name for name in state if name.startswith("optimizer.second.")]
    firsts = [name for name in state if name.startswith("optimizer.first.")]
    models = [name for name in state if name.startswith("model.")]
    assert len(firsts) == len(models) > len(seconds) > 0
    assert not [name for name in seconds
                if "blocks" in name and state[name].ndim > 1]


@both
@pytest.mark.parametrize("began, goes_on", [({}, MUON), (MUON, {})], ids=str)
def test_another_optimizer_cannot_go_on(package, began, goes_on):
    state = learner(package, run_with(**began)).state()
    with pytest.raises(ValueError, match="state is one of another optimizer"):
        learner(package, run_with(**goes_on)).load_state(state)


@both
def test_scores_are_held_back_from_the_first_step_on(package):
    """And by no evaluation: it trains nothing."""
    run = run_with(qk_clip=1e-3)
    run = run._replace(model=replace(run.model, dropout=0.0))
    one, free = learner(package, run), learner(package, run_with())
    one.evaluate(run.batches(1)[0])
    assert not one.objective.qk_clip.largest
    for each in (one, free):
        each.train_step(run.batches(1), 1, 0.0)
    clipped, left = (weights_of(each) for each in (one, free))
    parts = {name: np.split(clipped[name] / left[name], 3) for name in left
             if name.endswith("qkv.weight")}
    for q, k, v in parts.values():
        assert q.max() < 1 and k.max() < 1
        np.testing.assert_array_equal(v, np.ones_like(v))


@both
def test_the_z_loss_is_not_in_what_is_said(package):
    """Loss and evaluation are in nats; the gradient is another one."""
    run, plain = run_with(z_loss=0.5), run_with()
    one, other = learner(package, run), learner(package, plain)
    found, expected = (each.train_step(run.batches(1), 1, 0.0)
                       for each in (one, other))
    assert_drift(found.loss, expected.loss, 1)
    assert abs(found.grad_norm - expected.grad_norm) > 0.1
    assert_drift(one.evaluate(run.batches(2)[0])[0],
                 other.evaluate(run.batches(2)[0])[0], 1, 100)


@pytest.mark.parametrize("training", [MUON, {"qk_clip": 1.0}], ids=str)
@both
def test_steps_may_be_set_from_outside(package, training):
    """As a sharded checkpoint does, which fills the moments in place."""
    one, run = learner(package, run_with(**training)), small_run()
    one.train_step(run.batches(1), 1, 0.0)
    one.optimizer.steps = 7
    one.train_step(run.batches(1), 1, 0.0)
    assert int(one.state()["optimizer.steps"]) == 8


@both
def test_norms_of_queries_and_keys_leave_nothing_to_clip(package):
    with pytest.raises(ValueError, match=r"qk_clip cannot hold back the scores "
                       r"of blocks\.0\.attention: .* leave qk_clip out"):
        learner(package, run_with(kind="qwen3", qk_clip=100.0))
