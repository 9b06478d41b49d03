"""DPO on a whole model: one gradient from both answers of every pair.

Three ways, as everywhere: by hand, by autograd, and without torch, by the
difference of two losses. And the laws: log 2 at the start, a step that widens
the margins, nothing from padding.
"""
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_impl.finetuning import preferences as ours
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import set_parameters
from twinformer.batches.collate import collate_preferences
from twinformer.batches.pairs import pair_batch
from numpy_impl.training import learner as our_learner
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig
from torch_impl.finetuning import preferences as theirs
from torch_impl.layers.fused import spelled_out
from torch_impl.models import gpt2, parameters
from torch_impl.training import learner as their_learner

from ..agreement import assert_agree, assert_drift, assert_rounding
from ..bounds import measured_bounds

CONFIG = GPT2Config(vocab_size=13, context_length=8, d_model=8, n_heads=2,
                    n_layers=1, dropout=0.0)
LOSSES = [{"loss": "dpo"}, {"loss": "dpo", "label_smoothing": 0.2},
          {"loss": "dpo", "beta": 1.0, "average": True}, {"loss": "ipo"}]
few = settings(max_examples=max(5, settings().max_examples // 4))
BOTH = pytest.mark.parametrize("package", ["numpy", "torch"])


def weights(seed):
    return {name: array.astype(np.float64) * 5 for name, array
            in initial_parameters(CONFIG, seed).items()}


def pairs(seed, B=3):
    """Prompts and two answers of random lengths, and what a reference of
    random opinions thinks of them."""
    random = np.random.default_rng(seed)

    def row(least):
        return random.integers(12, size=random.integers(least, 4)).tolist()

    prompts = [row(1) for _ in range(B)]
    chosen, rejected = ([prompt + row(1) for prompt in prompts] for _ in "ab")
    batch = collate_preferences(chosen, rejected, list(map(len, prompts)), 12)
    return pair_batch(batch, random.normal(-8, 3, 2 * B))


def by_hand(objective, batch, arrays):
    model = GPTModel(CONFIG).to(np.float64)
    set_parameters(model, arrays)
    loss, cache = objective.forward(model, batch)
    objective.backward(1.0, model, cache)
    return {"loss": loss} | dict(model.named_gradients())


def by_autograd(options, batch, arrays):
    model = gpt2.GPTModel(CONFIG).to(torch.float64)
    parameters.set_parameters(model, arrays)
    batch = type(batch)(*map(torch.tensor, batch))
    loss = theirs.PreferencePairs(**options).forward(model, batch)
    named = dict(model.named_parameters())
    grads = torch.autograd.grad(loss, list(named.values()))
    return {"loss": loss} | dict(zip(named, grads, strict=True))


@few
@given(options=st.sampled_from(LOSSES), seed=st.integers(0, 2**32 - 1))
def test_loss_and_every_gradient_agree(options, seed):
    batch, arrays = pairs(seed), weights(seed % 1000)

    def spelled():
        with spelled_out():
            return by_autograd(options, batch, arrays)
    expected, bounds = measured_bounds(
        spelled, lambda: by_autograd(options, batch, arrays))
    found = by_hand(ours.PreferencePairs(**options), batch, arrays)
    assert list(found) == list(expected)
    for name, bound in bounds.items():
        assert_agree(found[name], expected[name], bound, name)


@pytest.mark.parametrize("options", LOSSES, ids=str)
def test_the_gradient_is_the_slope_of_the_loss(options):
    """No torch: along a random direction through all parameters, by central
    differences of two sizes (Richardson)."""
    objective = ours.PreferencePairs(**options)
    batch, arrays = pairs(7), weights(7)
    random = np.random.default_rng(8)
    v = {name: random.normal(size=a.shape) for name, a in arrays.items()}

    def slope(h):
        up, down = (by_hand(objective, batch, {
            name: a + sign * h * v[name] for name, a in arrays.items()})
            for sign in (1, -1))
        return (up["loss"] - down["loss"]) / (2 * h)
    found = by_hand(objective, batch, arrays)
    expected = sum((found[name] * v[name]).sum() for name in arrays)
    measured = (4 * slope(1e-5) - slope(2e-5)) / 3
    assert abs(measured - expected) < 1e-8 * max(1, abs(expected))


def learner_of(package, objective, dtype=np.float64, seed=1):
    training = TrainingConfig(clip_norm=0.0)
    arrays = {n: a.astype(dtype) for n, a in weights(seed).items()}
    if package == "numpy":
        model = GPTModel(CONFIG).to(dtype)
        set_parameters(model, arrays)
        return our_learner.Learner(model, objective, training, DeviceConfig())
    kind = torch.float32 if dtype == np.float32 else torch.float64
    model = gpt2.GPTModel(CONFIG).to(kind)
    parameters.set_parameters(model, arrays)
    return their_learner.Learner(model, objective, training,
                             DeviceConfig(device="cpu"))


def module(package):
    return ours if package == "numpy" else theirs


@BOTH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_before_the_first_step_is_log_2_to_the_bit(package, dtype):
    """Policy and reference are one model, so all margins are exactly 0."""
    one = learner_of(package, module(package).PreferencePairs(), dtype)
    batch = pairs(3, B=4)
    batch = batch._replace(
        reference=module(package).answer_log_probabilities(one, batch))
    total, count = one.evaluate(batch)
    assert count == 4
    assert total == np.full(4, math.log(2), dtype).sum()


@BOTH
def test_steps_widen_the_margins(package):
    """Twenty steps on the same pairs: the loss falls far below log 2, every
    chosen answer gains on its rejected one."""
    objective = module(package).PreferencePairs()
    one = learner_of(package, objective)
    batch = pairs(4)
    before = module(package).answer_log_probabilities(one, batch)
    batch = batch._replace(reference=before)
    for step in range(1, 21):
        result = one.train_step([batch], step, 3e-2)
    after = module(package).answer_log_probabilities(one, batch)
    chosen, rejected = np.split(after - before, 2)
    assert result.loss < 0.3 and (chosen - rejected > 5).all()


def test_both_packages_learn_in_step():
    """Accumulated microbatches of different sizes, ten steps, the same
    losses."""
    batches = [pairs(5), pairs(6, B=2)]
    losses = []
    for package in ("numpy", "torch"):
        one = learner_of(package, module(package).PreferencePairs(average=True))
        losses.append([one.train_step(batches, step, 1e-3).loss
                       for step in range(1, 11)])
    assert_drift(*losses, steps=10, scale=np.abs(losses[0]))


@BOTH
def test_what_a_model_gives_an_answer(package):
    """Token by token, as generation would have chosen it; the same in both
    orders of the pair."""
    one = learner_of(package, module(package).PreferencePairs())
    batch = pairs(9)
    found = module(package).answer_log_probabilities(one, batch)
    model = learner_of("numpy", ours.PreferencePairs()).model
    logits, _ = model.forward(batch.inputs)
    top = logits.max(-1, keepdims=True)
    logp = logits - top - np.log(np.exp(logits - top).sum(-1, keepdims=True))
    for row, targets in enumerate(batch.targets):
        places = np.flatnonzero(targets != -100)
        expected = sum(logp[row, t, targets[t]] for t in places)
        assert_rounding(found[row], expected, logits.shape[-1])
    assert found.dtype == np.float64 and found.shape == (6,)


def test_pairs_of_a_collated_batch():
    """The target of a place is the token after it, and only in answers."""
    collated = collate_preferences([[1, 2, 3, 9]], [[1, 2, 4, 5, 9]], [2], 9)
    batch = pair_batch(collated)
    assert batch.inputs.tolist() == [[1, 2, 3, 9], [1, 2, 4, 5]]
    assert batch.targets.tolist() == [[-100, 3, 9, -100], [-100, 4, 5, 9]]
    assert batch.reference.tolist() == [0, 0]


def test_half_precision_is_not_used_for_sums():
    logits = torch.zeros(2, dtype=torch.bfloat16)
    assert theirs.single_or_double(logits).dtype == torch.float32
    assert theirs.single_or_double(logits.double()).dtype == torch.float64


@BOTH
@pytest.mark.parametrize(("options", "message"), [
    ({"loss": "ppo"}, "dpo or ipo, got 'ppo'"),
    ({"beta": 0.0}, "beta must be positive"),
    ({"beta": math.nan}, "beta must be positive"),
    ({"label_smoothing": 0.7}, "expected 0 to 0.5, got 0.7"),
    ({"label_smoothing": -0.1}, "expected 0 to 0.5"),
    ({"loss": "ipo", "label_smoothing": 0.1}, "only the dpo loss smooths")])
def test_settings_without_meaning_are_refused(package, options, message):
    with pytest.raises(ValueError, match=message):
        module(package).PreferencePairs(**options)
