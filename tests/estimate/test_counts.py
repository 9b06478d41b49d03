"""Parameters, operations, keys and values, communication: against the models' own counts."""
from dataclasses import replace

import numpy as np
import pytest

from numpy_impl.models.building import new_model
from parity_tests.agreement import assert_estimated
from twinformer.architectures.kinds import EVERY_KIND, KINDS, all_presets
from twinformer.estimate.communication import Links, communication_of, communication_seconds
from twinformer.estimate.flops import attention_span, flops_of
from twinformer.estimate.kv_cache import kv_cache_bytes
from twinformer.estimate.memory import memory_of
from twinformer.estimate.parameters import (
    block_parameters,
    held_parameters,
    lora_parameters,
    moments_of,
    parts_of,
    table_parameters,
    trained_parameters,
)
from twinformer.estimate.plan import Plan

from .models import small

PRESETS = all_presets(EVERY_KIND)


@pytest.mark.parametrize("name", PRESETS)
def test_the_parts_are_all_of_it(name):
    model = PRESETS[name]
    assert trained_parameters(model) == model.parameter_count()
    assert all(n >= 0 for n in parts_of(model).values())


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_counts_are_those_of_a_model_that_is_built(kind):
    model = new_model(small(kind), seed=None)
    count = sum(array.size for array in model.parameters())
    assert trained_parameters(small(kind)) == count
    blocks = [sum(array.size for array in block.parameters()) for block in model.blocks]
    assert block_parameters(small(kind)) == max(blocks)
    assert table_parameters(small(kind)) == count - sum(blocks)


def test_lora_adds_what_it_adds():
    config = small("gpt2")
    added = 0
    for name, array in new_model(config, seed=None).named_parameters():
        if name.startswith("blocks.") and array.ndim == 2:
            added += 4 * sum(array.shape)
    assert lora_parameters(config, 4) == added


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_forward_and_backward_are_the_model_s_own_count(kind):
    plan = Plan(model=small(kind), batch_size=3, accumulation=2)
    flops = flops_of(plan)
    assert_estimated(flops.model, plan.model.flops_per_token(24) * 2 * 3 * 24)
    assert_estimated(flops.backward, 2 * flops.forward)
    again = flops_of(replace(plan, checkpointing=True))
    assert flops.again == 0 and 0 < again.again < again.forward
    assert again.model == flops.model and again.done > flops.done


def test_how_many_keys_a_query_sees():
    for T, window in ((24, 8), (7, 1), (5, 9), (1, 1), (6, None)):
        query, key = np.arange(T)[:, None], np.arange(T)
        seen = (key <= query) & (query - key < (window or T))
        assert_estimated(attention_span(T, window), seen.sum() / T)


@pytest.mark.parametrize("kind", KINDS)
def test_keys_and_values_as_they_are_kept(kind):
    """All arrays of the caches after a text, windows and grouped heads included."""
    config = small(kind)
    model = new_model(config)
    past = model.new_past()
    ids = np.zeros((2, config.context_length), int)
    model.forward(ids, past=past)
    real = sum(layer.k.nbytes + layer.v.nbytes for layer in past)
    assert kv_cache_bytes(config, config.context_length, 2) == real
    assert kv_cache_bytes(small("bert"), 24) == 0


def test_what_is_sent():
    """By hand: a model of P parameters over 4 ranks."""
    model = small("llama")
    P = trained_parameters(model)
    ddp = communication_of(Plan(model=model, ranks=4))
    assert ddp.data == 2 * 3 / 4 * 4 * P and ddp.tensor == 0
    assert communication_of(Plan(model=model, ranks=4, accumulation=8)).data == ddp.data
    fsdp = communication_of(Plan(model=model, ranks=4, strategy="fsdp"))
    assert_estimated(fsdp.data, 3 * 3 / 4 * 4 * P, 1e-4)     # gathered twice, scattered
    again = communication_of(Plan(model=model, ranks=4, strategy="fsdp", accumulation=2))
    assert_estimated(again.data, 5 * 3 / 4 * 4 * P, 1e-4)
    half = communication_of(Plan(model=model, ranks=4, strategy="fsdp", precision="bfloat16"))
    assert_estimated(half.data, 3 / 4 * (2 * 2 + 4) * P, 1e-4)
    tensor = communication_of(Plan(model=model, ranks=2, tensor_parallel=2, batch_size=3))
    rows = 3 * 24
    assert tensor.tensor == (4 * 3 + 2) * 2 * (1 / 2) * 4 * rows * 32 + 1 / 2 * 4 * rows * 4000
    assert tensor.data == 0
    assert communication_of(Plan(model=model)).total == 0


def test_a_ring_that_leaves_the_host_is_slower():
    model, links = small("llama"), Links(inside=100e9, between=10e9, per_host=4, delay=0)
    inside, _ = communication_seconds(Plan(model=model, ranks=4), links)
    outside, _ = communication_seconds(Plan(model=model, ranks=8), links)
    assert_estimated(outside, inside * 10 * (7 / 8) / (3 / 4))


def test_pieces():
    model = small("llama")
    whole = memory_of(Plan(model=model, place="cuda"))
    cut = memory_of(Plan(model=model, place="cuda", ranks=8, strategy="fsdp"))
    assert_estimated(cut.state, whole.state / 8, 0.01)
    assert held_parameters(Plan(model=model, ranks=8)) == trained_parameters(model)
    hybrid = Plan(model=model, ranks=8, strategy="hybrid", shards=2)
    assert_estimated(memory_of(hybrid).state, whole.state / 2, 0.01)
    assert communication_of(hybrid).copies > 0


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_what_the_optimizers_remember(kind):
    from numpy_impl.training.muon import Muon
    from numpy_impl.training.optimizer import AdamW

    model = new_model(small(kind), seed=None)
    adamw = AdamW(model, 0.9, 0.99, 1e-8, 0.1)
    muon = Muon(model, {"beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8})
    for name, real in (("adamw", adamw), ("muon", muon)):
        size = sum(array.size for moments in (real.first, real.second)
                   for array in moments.values())
        plan = Plan(model=small(kind), optimizer=name)
        assert moments_of(plan) == size and memory_of(plan).moments == 4 * size


@pytest.mark.parametrize("options, words", [
    ({"ranks": 6, "tensor_parallel": 4}, "must divide ranks"),
    ({"ranks": 3, "tensor_parallel": 3}, "whole heads"),
    ({"ranks": 4, "strategy": "hybrid", "shards": 3}, "shards"),
    ({"backend": "numpy", "checkpointing": True}, "NumPy"),
    ({"strategy": "zero"}, "ddp, fsdp"), ({"batch_size": 0}, "at least 1"),
    ({"length": -1}, "length")])
def test_a_plan_that_cannot_be(options, words):
    with pytest.raises(ValueError, match=words):
        Plan(model=small("llama"), **options)


def test_tensor_parallel_is_for_decoders():
    for kind in ("gpt2", "bert", "qwen3_moe", "gpt_oss"):
        with pytest.raises(ValueError, match="decoders such as a llama"):
            Plan(model=small(kind), ranks=2, tensor_parallel=2)
