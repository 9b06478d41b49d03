"""Does it fit, what would, and how long it takes."""
from dataclasses import replace

import pytest

from parity_tests.agreement import assert_estimated
from twinformer.architectures.kinds import all_presets, kind_of
from twinformer.estimate.communication import Links
from twinformer.estimate.estimate import estimate
from twinformer.estimate.fits import needed, verdict
from twinformer.estimate.gpus import GPUS, gpu_named
from twinformer.estimate.memory import memory_of
from twinformer.estimate.plan import Plan
from twinformer.estimate.seconds import gpu_step, machine_step
from twinformer.estimate.speed import Speed
from twinformer.estimate.table import table, ways_out
from twinformer.estimate.words import count, duration, in_bytes, operations
from twinformer.io.strict_json import json_text

from .models import EVERY_SMALL, small

GPT2 = all_presets()["gpt2"]


def test_what_fits_has_no_ways_out():
    plan = Plan(model=GPT2, batch_size=4, length=256)
    assert verdict(plan, needed(plan)).fits
    assert verdict(plan, None).fits        # nothing tells
    assert not verdict(plan, needed(plan) - 1).fits
    assert not verdict(plan, needed(plan), processes=2).fits


@pytest.mark.parametrize("place", ["cpu", "cuda"])
@pytest.mark.parametrize("backend", ["torch", "numpy"])
def test_every_way_out_is_one(place, backend):
    """With its options the same plan fits."""
    if (place, backend) == ("cuda", "numpy"):
        return
    plan = Plan(model=GPT2, batch_size=16, length=1024, place=place, backend=backend)
    for share in (0.9, 0.5, 0.2, 0.1):
        room = share * needed(plan)
        ways = verdict(plan, room, kind_of(GPT2).presets, "gpt2").ways
        assert ways and all(way.bytes <= room for way in ways)
        for way in ways:
            given = dict(zip(way.options[::2], way.options[1::2]))
            if way.options[0] in ("--batch-size", "--activation-checkpointing", "--ranks"):
                then = replace(
                    plan, batch_size=int(given.get("--batch-size", 16)),
                    accumulation=int(given.get("--accumulation", 1)),
                    checkpointing="--activation-checkpointing" in way.options,
                    ranks=int(given.get("--ranks", 1)), strategy=given.get("--strategy", "ddp"))
                assert_estimated(needed(then), way.bytes)
                if "--accumulation" in given:
                    assert then.tokens == plan.tokens
        assert len(ways_out(verdict(plan, room, {}, ""))) <= len(ways)


def test_a_model_that_is_too_large_by_itself_names_a_smaller_one():
    models = all_presets()
    plan = Plan(model=models["qwen3-8b"], batch_size=12)
    found = verdict(plan, 20e9, kind_of(plan.model).presets, "qwen3-8b")
    assert "qwen3-0.6b" in found.ways[-1].options
    assert not verdict(plan, 1e9, kind_of(plan.model).presets, "qwen3-8b").ways


@pytest.mark.parametrize("kind, changes", EVERY_SMALL)
def test_more_of_anything_needs_no_less(kind, changes):
    plan = Plan(model=small(kind, **changes), batch_size=2)
    m = memory_of(plan)
    assert m.peak >= m.state + max(m.gradients, m.activations)
    for more in ({"batch_size": 3}, {"length": 23}):
        assert (needed(replace(plan, **more)) > needed(plan)) == ("batch_size" in more)
    speed = Speed(1e11, 1e10)
    step = machine_step(plan, speed).total
    assert 0 < step < machine_step(replace(plan, batch_size=3), speed).total
    assert step < machine_step(replace(plan, accumulation=2), speed).total
    assert step < machine_step(replace(plan, checkpointing=True), speed).total
    assert machine_step(plan, speed.of_ranks(2)).total > step
    assert step < machine_step(replace(plan, optimizer="muon"), speed).total


def test_a_gpu_by_itself_reaches_the_utilisation_that_is_assumed():
    gpu = gpu_named("h100")
    plan = Plan(model=GPT2, batch_size=16, precision="bfloat16", place="cuda")
    step = gpu_step(plan, gpu, 0.4, Links())
    assert_estimated(step.total, GPT2.flops_per_token(1024) * 16 * 1024 / (0.4 * 989e12))
    found = estimate(plan, gpu=gpu)
    assert_estimated(found.utilisation(gpu.half), 0.4)
    assert step.efficiency == 1
    many = gpu_step(replace(plan, ranks=64, batch_size=1), gpu, 0.4, Links())
    assert 0 < many.efficiency < 1


def test_gpus_are_known_by_any_spelling():
    assert gpu_named("rtx 4090") is GPUS["RTX4090"] and gpu_named("a100_40gb")
    with pytest.raises(ValueError, match="H100"):
        gpu_named("H1000")


@pytest.mark.parametrize("kind, changes", EVERY_SMALL)
def test_the_page_and_the_json(kind, changes):
    plan = Plan(model=small(kind, **changes), batch_size=2, ranks=2)
    found = estimate(plan, speed=Speed(1e11, 1e10))
    page = table(found, kind, "on paper", 100)
    assert max(map(len, page.splitlines())) <= 120 and "communication" in page
    text = json_text(found.to_dict())
    assert "null" not in text.replace('"needed_with_checkpointing": null', "")


def test_words():
    assert in_bytes(0) == "0 B" and in_bytes(999) == "999 B" and in_bytes(1234567) == "1.23 MB"
    assert in_bytes(999_600) == "1.00 MB" and operations(5e12) == "5.00 TFLOP"
    assert count(124_439_808) == "124.4 million" and count(999) == "999"
    assert duration(0.0123) == "12.3 ms" and duration(59) == "59.0 s"
    assert duration(7800) == "2 h 10 min" and duration(10 * 86400) == "10 days"
