"""What is kept between forward and backward: the arrays in the caches of the reference, and those
that autograd saves in the twin, to the last number."""
import pytest

from numpy_impl.layers import parallel
from parity_tests.agreement import assert_estimated
from twinformer.estimate import kept_by_torch
from twinformer.estimate.activations import activations_of, kept_in_block
from twinformer.estimate.kept import bytes_of
from twinformer.estimate.memory import half_weights
from twinformer.estimate.plan import Plan

from . import real
from .models import EVERY_SMALL, small

SMALL_CHANGE = 0.003    # a router's counts and sums, a mask, scales that are computed


@pytest.mark.parametrize("kind, changes", EVERY_SMALL)
def test_the_caches_of_the_reference(kind, changes, monkeypatch):
    """All but an encoder's flags of a few bytes and the sums of a balance: exactly. Heads in
    several groups, as in models that are not as small as these."""
    monkeypatch.setattr(parallel, "SLICE", 1 << 10)
    plan = Plan(model=small(kind, **changes), backend="numpy", batch_size=3)
    assert_estimated(activations_of(plan).total, real.kept_by_numpy(plan), bytes=100)


@pytest.mark.parametrize("kind, changes", EVERY_SMALL)
def test_what_autograd_saves(kind, changes):
    plan = Plan(model=small(kind, **changes), batch_size=3)
    assert_estimated(activations_of(plan).total, real.kept_by_torch(plan), SMALL_CHANGE)


@pytest.mark.parametrize("kind", ["gpt2", "llama", "gemma3", "qwen3_moe"])
def test_with_activations_computed_again(kind):
    plan = Plan(model=small(kind), batch_size=3, checkpointing=True)
    # as many numbers as a router's balance keeps lie outside of the blocks
    assert_estimated(activations_of(plan).total, real.kept_by_torch(plan), 0.005)


@pytest.mark.parametrize("kind", ["gpt2", "llama", "qwen3", "olmo3"])
def test_in_half_precision_weights_are_copied(kind):
    plan = Plan(model=small(kind), batch_size=3, precision="bfloat16")
    kept = activations_of(plan).total + half_weights(plan)
    assert_estimated(kept, real.kept_by_torch(plan), 0.06)


def test_a_text_whose_windows_do_not_come_out_even():
    plan = Plan(model=small("gemma3", window_size=7), batch_size=2)
    assert_estimated(activations_of(plan).total, real.kept_by_torch(plan), SMALL_CHANGE)


def test_a_line_that_is_left_out_is_noticed(monkeypatch):
    """The test of the tests: without its smallest array that counts, the sum is off."""
    plan = Plan(model=small("llama"), batch_size=3)
    lines = kept_in_block(plan, 0)
    monkeypatch.setattr(kept_by_torch, "block", lambda *given: [
        line for line in lines if line.name != "merged heads"])
    with pytest.raises(AssertionError, match="estimated"):
        assert_estimated(activations_of(plan).total, real.kept_by_torch(plan), SMALL_CHANGE)


def test_what_tensor_parallel_ranks_share():
    whole = Plan(model=small("llama"), batch_size=3)
    half = Plan(model=small("llama"), batch_size=3, ranks=2, tensor_parallel=2)
    lines = kept_in_block(whole, 0)
    split = bytes_of(line for line in lines if line.split)
    assert activations_of(half).block == activations_of(whole).block - split / 2
