"""Whole runs in lockstep: hundreds of AdamW steps with dropout, clipping,
accumulation and a schedule, and the tool that names where two runs part."""
import numpy as np
import pytest
import torch

import numpy_impl.layers.block
import numpy_impl.layers.activations
import numpy_impl.layers.norm
import numpy_impl.training.learner
import numpy_impl.training.optimizer
from numpy_impl.training.learner import pretraining_learner
from twinformer.architectures.kinds import KINDS
from twinformer.configs.device_config import DeviceConfig

from .bounds import DOUBLE
from .agreement import DRIFT
from .lockstep import (
    ROUNDINGS, in_lockstep, learners, small_run, weights_of,
)


def test_three_hundred_steps_in_lockstep():
    """Every loss and the final weights agree within 1e-9."""
    run = small_run(300)
    one, other = learners(run)
    *_, last = steps = list(in_lockstep(run, one, other, 300))

    assert not last.parting, str(last.parting)
    assert last.step == 300
    for step in steps:
        assert abs(step.losses[0] - step.losses[1]) <= DRIFT * step.losses[0]
    # it is a real run: it learns (an exact oracle is log 2 = 0.69), clips,
    # and both of a tied model's moments are in use
    assert steps[0].losses[0] > 2.5 and last.losses[0] < 1.1
    ours, theirs = one.state(), other.state()
    assert list(ours) == list(theirs)
    for name, a in ours.items():
        scale = max(np.abs(a).max(), np.abs(theirs[name]).max(), 1e-9)
        if not name.startswith("model."):
            assert np.abs(a - theirs[name]).max() <= 1e-6 * scale, name


OTHERS = [kind for kind in KINDS if kind != "gpt2"]


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("steps", [60, pytest.param(300, marks=pytest.mark.slow)])
def test_every_kind_in_lockstep(kind, steps):
    run = small_run(steps, kind=kind)
    found = list(in_lockstep(run, *learners(run), steps))
    assert not found[-1].parting, str(found[-1].parting)
    assert len(found) == steps
    assert found[-1].losses[0] < found[0].losses[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_drift_allowed_is_what_rounding_can_become(kind):
    """A = how much 100 steps amplify a small change of the initial weights;
    N ROUNDINGS eps A has to stay below what is allowed."""
    moved, N = 1e-12, 100
    runs = [small_run(N, move, kind) for move in (0.0, moved)]
    pair = [pretraining_learner(run.model, run.training,
                                DeviceConfig(device="cpu"), run.parameters)
            for run in runs]
    *_, last = in_lockstep(runs[0], *pair, N, allowed=1.0)
    amplification = last.drift / moved
    assert 0.1 < amplification < 1e5
    assert N * ROUNDINGS * DOUBLE.eps * amplification < DRIFT


def test_different_seeds_part_at_once():
    run = small_run(5)
    other = run._replace(parameters=small_run(5, 1e-3).parameters)
    one, two = learners(run)[0], learners(other)[1]
    first, = in_lockstep(run, one, two, 5)
    assert str(first.parting).startswith(
        "step 1: output of token_embedding differs, by ")


# -- deliberately broken copies ----------------------------------------------

def parting(steps=8):
    run = small_run(20)
    *_, last = in_lockstep(run, *learners(run), steps)
    return last.parting and (last.parting.step, last.parting.what)


def test_a_wrong_backward_is_found_in_the_gradients(monkeypatch):
    """The gradient nearest to the output that is wrong: up's, in the last
    block, for what comes after it is sound."""
    module = numpy_impl.layers.activations
    right = module.gelu_backward
    monkeypatch.setattr(module, "gelu_backward",
                        lambda dy, x: right(dy, x) * (1 + 1e-6))
    assert parting() == (1, "gradient of blocks.1.feed_forward.up.bias")


def test_a_wrong_forward_is_found_in_the_first_layer(monkeypatch):
    right = numpy_impl.layers.norm.LayerNorm.forward

    def forward(self, x):
        self.eps = 2e-5
        return right(self, x)
    monkeypatch.setattr(numpy_impl.layers.norm.LayerNorm, "forward", forward)
    assert parting() == (1, "output of blocks.0.norm1")


def test_a_wrong_optimizer_is_found_in_the_weights(monkeypatch):
    """Bias correction by t - 1 is wrong from the first step on that has a
    learning rate; the gradients before it are right."""
    module = numpy_impl.training.optimizer
    right = module.adamw

    def adamw(*arguments):
        arguments = list(arguments)
        arguments[4] += 1
        return right(*arguments)
    monkeypatch.setattr(module, "adamw", adamw)
    assert parting() == (1, "weight token_embedding.weight")


def test_forgotten_clipping_is_found_in_the_first_gradient(monkeypatch):
    monkeypatch.setattr(
        numpy_impl.training.learner, "clip_global_norm",
        lambda gradients, norm: numpy_impl.training.clipping.global_norm(
            gradients))
    assert parting() == (1, "gradient of final_norm.bias")


def test_the_step_is_named_where_it_goes_wrong(monkeypatch):
    """Masks that differ from the fifth step on, in its second microbatch."""
    module = numpy_impl.training.learner
    right = module.KeepMasks

    def masks(seed):
        _, step, index = seed
        return right((7, 7, 7) if step >= 5 and index == 1 else seed)
    monkeypatch.setattr(module, "KeepMasks", masks)
    step, what = parting()
    assert (step, what) == (5, "output of dropout")


def test_the_tool_leaves_the_learners_as_they_were():
    run = small_run(5)
    watched, twin = learners(run)
    alone = learners(run)[0]
    list(in_lockstep(run, watched, twin, 3))
    for step in range(1, 4):
        alone.train_step(run.batches(step), step, run.learning_rate(step))
    for name, a in weights_of(alone).items():
        np.testing.assert_array_equal(a, weights_of(watched)[name])
    assert not any("forward" in vars(module) for _, module
                   in watched.model.named_modules())
    assert not any(module._forward_hooks for module in twin.model.modules())
    assert torch.is_grad_enabled()


@pytest.mark.slow
def test_a_thousand_steps_in_lockstep():
    run = small_run(1000)
    *_, last = in_lockstep(run, *learners(run), 1000)
    assert not last.parting, str(last.parting)
