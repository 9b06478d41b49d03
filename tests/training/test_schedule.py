"""The learning rate, against published values and torch's own schedulers."""
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from twinformer.configs.finetuning_config import FinetuningConfig
from twinformer.training.schedule import learning_rate_at, learning_rate_of
from twinformer.training import schedule as twin

# maximum 1, minimum 0.1, warm-up 7, end 21, steps 0 to 24
PUBLISHED = [
    0, 0.14285714, 0.28571429, 0.42857143, 0.57142857, 0.71428571, 0.85714286,
    1, 0.98871756, 0.95543599, 0.90182417, 0.83057041, 0.74524768, 0.65013442,
    0.55, 0.44986558, 0.35475232, 0.26942959, 0.19817583, 0.14456401,
    0.11128244, 0.1, 0.1, 0.1, 0.1]


def test_published_cosine_schedule():
    for step, expected in enumerate(PUBLISHED):
        rate = learning_rate_at(step, warmup_steps=7, max_steps=21,
                                learning_rate=1.0, min_learning_rate=0.1)
        assert rate == pytest.approx(expected, abs=1e-8)


schedules = st.fixed_dictionaries({
    "warmup_steps": st.integers(0, 40),
    "max_steps": st.integers(1, 80),
    "learning_rate": st.floats(1e-6, 1),
    "min_learning_rate": st.floats(0, 1e-6),
    "schedule": st.sampled_from(["cosine", "linear", "constant", "wsd"]),
    "decay_share": st.floats(0.01, 1),
    "decay_shape": st.sampled_from(["linear", "1-sqrt"]),
})


@given(schedules, st.integers(0, 120))
def test_law_of_every_schedule(settings, step):
    """It never leaves its range, rises to the warm-up's end, falls after."""
    rate = learning_rate_at(step, **settings)
    after = learning_rate_at(step + 1, **settings)
    lowest, highest = settings["min_learning_rate"], settings["learning_rate"]
    warmup = settings["warmup_steps"]
    assert 0 <= rate <= highest * (1 + 1e-15)
    if step < warmup:
        assert after >= rate or step + 1 >= settings["max_steps"]
    else:
        assert lowest <= rate
        assert after <= rate
    if step >= max(warmup, settings["max_steps"]):
        assert rate == (highest if settings["schedule"] == "constant" else lowest)


def torch_rates(scheduler, optimizer, count):
    rates = []
    for _ in range(count):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@given(st.integers(1, 60), st.floats(1e-4, 1), st.floats(0, 1e-4))
def test_cosine_is_torchs_cosine(steps, highest, lowest):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=highest)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps, lowest)
    for step, expected in enumerate(torch_rates(scheduler, optimizer, steps + 1)):
        rate = learning_rate_at(step, warmup_steps=0, max_steps=steps,
                                learning_rate=highest, min_learning_rate=lowest)
        # torch multiplies step after step: one rounding each, and the last
        # factors are quotients of small differences
        assert math.isclose(rate, expected, rel_tol=1e-9, abs_tol=1e-12)


@given(st.integers(1, 60), st.floats(1e-4, 1))
def test_linear_is_torchs_linear(steps, highest):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=highest)
    scheduler = torch.optim.lr_scheduler.LinearLR(
        optimizer, start_factor=1.0, end_factor=0.0, total_iters=steps)
    for step, expected in enumerate(torch_rates(scheduler, optimizer, steps + 1)):
        rate = learning_rate_at(step, warmup_steps=0, max_steps=steps,
                                learning_rate=highest, schedule="linear")
        assert math.isclose(rate, expected, rel_tol=1e-9, abs_tol=1e-12)


@given(schedules, st.integers(0, 120), st.integers(1, 40))
def test_wsd_knows_its_length_only_at_the_end(settings, step, longer):
    """Warm-up and stable part are those of a longer run; there is no jump."""
    settings |= {"schedule": "wsd"}
    steps, warmup = settings["max_steps"], settings["warmup_steps"]
    decay = (1 - settings["decay_share"]) * steps
    rate = learning_rate_at(step, **settings)
    if step <= max(decay, warmup) and step < steps:
        assert rate == learning_rate_at(
            step, **(settings | {"max_steps": steps + longer}))
        assert step < warmup or rate == settings["learning_rate"]
    last, highest = steps - max(decay, warmup), settings["learning_rate"]
    if warmup <= step < steps:
        # a step takes no more of the fall than the first one of 1-sqrt
        fall = rate - learning_rate_at(step + 1, **settings)
        assert fall <= highest * (max(1, last) ** -0.5 + 1e-15)


@pytest.mark.parametrize("shape, expected", [
    ("linear", [1, 1, 0.75, 0.5, 0.25, 0]),
    ("1-sqrt", [1, 1, 0.5, 1 - 0.5**0.5, 1 - 0.75**0.5, 0])])
def test_wsd_by_hand(shape, expected):
    """20 steps, the last 4 of them of decay: steps 15 to 20."""
    for step, rate in enumerate(expected, 15):
        found = learning_rate_at(
            step, warmup_steps=5, max_steps=20, learning_rate=1.0,
            schedule="wsd", decay_share=0.2, decay_shape=shape)
        assert found == rate


def test_a_training_says_its_rate():
    """Every setting of it arrives."""
    training = FinetuningConfig(
        learning_rate=1e-3, min_learning_rate=1e-4, schedule="wsd",
        decay_share=0.5, decay_shape="1-sqrt")
    for step in range(12):
        assert learning_rate_of(training, step, warmup_steps=2, max_steps=10) \
            == learning_rate_at(
                step, warmup_steps=2, max_steps=10, learning_rate=1e-3,
                min_learning_rate=1e-4, schedule="wsd", decay_share=0.5,
                decay_shape="1-sqrt")


def test_the_twin_is_the_same_function():
    assert twin.learning_rate_at is learning_rate_at


@pytest.mark.parametrize("change, message", [
    ({"step": -1}, "must not be negative"),
    ({"schedule": "cosin"}, "cosine, linear, constant or wsd, got 'cosin'"),
    ({"schedule": "wsd", "decay_shape": "sqrt"}, "linear or 1-sqrt, got 'sqrt'"),
])
def test_mistakes_are_named(change, message):
    settings = dict(step=0, warmup_steps=1, max_steps=2, learning_rate=1.0)
    with pytest.raises(ValueError, match=message):
        learning_rate_at(**(settings | change))
