"""N ranks = one rank: the same losses, norms, weights and moments, whatever the
strategy, in float64 within what rounding can do.

Ranks are processes on the CPU, which talk by Gloo. Between GPUs the same code
talks by NCCL: test_on_gpus, which needs two of them.
"""
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.multiprocessing import ProcessRaisedException

from torch_impl.finetuning.lora_model import add_lora
from torch_impl.models.building import model_of
from torch_impl.training.learner import Learner, pretraining_learner
from torch_impl.training.objective import NextTokens
from twinformer.configs.device_config import DeviceConfig
from twinformer.learning import NonFiniteError
from twinformer.models.keep_masks import KeepMasks

from ..agreement import assert_drift
from ..lockstep import SIZES, small_run
from ..ranks import on_ranks

STEPS = 8


def run_of(kind, accumulation=4):
    """A small run, with dimensions that two ranks can share."""
    run = small_run(300, kind=kind, sizes=SIZES | {
        "n_heads": 4, "n_kv_heads": 2, "vocab_size": 16})
    return run._replace(training=replace(run.training, accumulation=accumulation))


def trained(device, run, steps=STEPS, start=None, first=1):
    """-> [(loss, norm) of each step], the state"""
    learner = pretraining_learner(run.model, run.training, device, run.parameters)
    learner.machine.masks = KeepMasks
    if start is not None:
        learner.load_state(start)
    found = [learner.train_step(run.batches(step), step, run.learning_rate(step))
             for step in range(first, first + steps)]
    return [tuple(result) for result in found], learner.state()


def assert_same_run(run, found, expected, steps=STEPS):
    """What two trainings of a run have come to."""
    assert_drift(np.array(found[0]), np.array(expected[0]), steps, scale=4, name="losses, norms")
    travelled = sum(run.learning_rate(step) for step in range(1, steps + 1))
    assert found[1].keys() == expected[1].keys()
    for name, a in expected[1].items():
        assert_drift(found[1][name], a, steps, scale=np.abs(a).max() + travelled, name=name)


ALONE = DeviceConfig(device="cpu")
CASES = [
    ("gpt2", 2, {}),                            # dropout, and weights that are tied
    ("gpt2", 4, {}),
    ("qwen3_moe", 2, {}),                       # experts that no token chose
    ("llama", 2, {"strategy": "fsdp"}),
    pytest.param("gpt2", 4, {"strategy": "fsdp", "fused_optimizer": False},
                 marks=pytest.mark.slow),
    ("qwen3", 2, {"strategy": "fsdp", "activation_checkpointing": True}),
    ("qwen3", 2, {"tensor_parallel": 2}),
    pytest.param("llama", 4, {"tensor_parallel": 2, "strategy": "fsdp"},
                 marks=pytest.mark.slow),
]


@pytest.mark.parametrize("kind, size, settings", CASES, ids=str)
def test_ranks_make_the_steps_of_one(kind, size, settings):
    run = run_of(kind)
    assert_same_run(run, on_ranks(size, trained, run, **settings), trained(ALONE, run))


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_muon_and_clipped_heads(kind, strategy):
    """Both need all of a matrix; heads are clipped for the texts of all ranks."""
    run = run_of(kind)
    run = run._replace(training=replace(run.training, optimizer="muon", qk_clip=1e-5))
    assert_same_run(run, on_ranks(2, trained, run, strategy=strategy), trained(ALONE, run))


def test_heads_on_several_ranks_are_not_clipped():
    run = run_of("llama")
    run = run._replace(training=replace(run.training, qk_clip=1e-5))
    with pytest.raises(ProcessRaisedException, match="leave out device.tensor_parallel"):
        on_ranks(2, trained, run, tensor_parallel=2)


@pytest.mark.parametrize("accumulation", [1, 3])
@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_microbatches_that_ranks_do_not_divide(accumulation, strategy):
    """One rank has none of its own in the last round, and keeps company."""
    run = run_of("gpt2", accumulation)
    assert_same_run(run, on_ranks(2, trained, run, strategy=strategy), trained(ALONE, run))


@pytest.mark.slow
def test_a_state_of_one_strategy_goes_on_in_another():
    """Two ranks with parts of the weights, then four with all of them, then one."""
    run, half = run_of("qwen3"), STEPS // 2
    _, state = on_ranks(2, trained, run, half, strategy="fsdp")
    _, state = on_ranks(2, trained, run, 2, state, half + 1, tensor_parallel=2)
    found = on_ranks(4, trained, run, 1, state, half + 3)
    found = trained(ALONE, run, 1, found[1], half + 4)
    expected = trained(ALONE, run)
    assert_same_run(run, found, (expected[0][-1:], expected[1]))


def corrections(device, run):
    """What LoRA's matrices are after some steps; all else is frozen."""
    model = model_of(run.model, {name: a.copy() for name, a in run.parameters.items()})
    add_lora(model, 2, 4.0, 0.0, ("attention.*",), seed=3)
    learner = Learner(model.double(), NextTokens(), run.training, device)
    learner.machine.masks = KeepMasks
    found = [tuple(learner.train_step(run.batches(step), step, 1e-3))
             for step in range(1, STEPS + 1)]
    return found, learner.state()


@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_corrections_beside_frozen_weights(strategy):
    run = run_of("llama")
    found = on_ranks(2, corrections, run, strategy=strategy)
    assert_same_run(run, found, corrections(ALONE, run))


def failure(device, run):
    """What is said where the data of the second rank makes no number."""
    learner = pretraining_learner(run.model, run.training, device, run.parameters)
    if learner.ranks.rank == 1:
        forward = learner.forward
        learner.forward = lambda *a: forward(*a) * float("nan")
    before = learner.state()
    try:
        learner.train_step(run.batches(1), 1, 1e-3)
    except NonFiniteError as problem:
        after = learner.state()
        same = all(np.array_equal(after[name], before[name]) for name in before)
        return str(problem), same
    return "nothing", False


@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_a_rank_without_a_number_is_named(strategy):
    said, untouched = on_ranks(2, failure, run_of("llama"), strategy=strategy)
    assert "(on rank 1)" in said and "step 1: the loss is nan" in said
    assert untouched


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two GPUs")
@pytest.mark.parametrize("kind, settings", [
    ("llama", {}), ("llama", {"strategy": "fsdp"}), ("qwen3", {"tensor_parallel": 2})], ids=str)
def test_on_gpus(kind, settings):
    """By NCCL; it has not been run where this was written."""
    run = run_of(kind)
    found = on_ranks(2, trained, run, device="cuda", **settings)
    assert_same_run(run, found, trained(DeviceConfig(device="cuda"), run))
