"""Checkpoints that ranks write together, read by any other number of them."""
import pickle
import resource
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

import torch_impl
from torch_impl.distributed.shard_reader import load_sharded
from torch_impl.distributed.sharded_checkpoint import ShardedCheckpoints
from twinformer.architectures.llama import LlamaConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.learning import NonFiniteError
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from twinformer.runs.checkpoint import (
    checkpoints_in, load_checkpoint, load_for_ranks, replace_checkpoint, save_checkpoint,
)

from ..runs.test_checkpoint import example
from .ranks import in_ranks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Gloo and rlimits")

# Sizes that no number of ranks divides
MODEL = GPT2Config(vocab_size=13, context_length=8, d_model=10, n_heads=2, n_layers=1, dropout=0.0)

# One whose matrices ranks can share
SHARED = LlamaConfig(vocab_size=16, context_length=8, d_model=8, n_heads=2, n_kv_heads=2,
                     d_hidden=12, n_layers=1)


def learner_of(device, seed=0, steps=2):
    """A learner after some steps on numbers of its own."""
    model = SHARED if device.tensor_parallel > 1 else MODEL
    learner = torch_impl.pretraining_learner(
        model, TrainingConfig(batch_size=2), device, initial_parameters(model, seed))
    draw = np.random.default_rng(3)
    for step in range(1, steps + 1):
        batches = [tuple(draw.integers(0, 13, (2, 2, 8))) for _ in range(2)]
        learner.train_step(batches, step, 1e-2)
    return learner


def checkpoint_of(folder, step):
    return replace(example(folder, step), tensors={})


# What the ranks do; each function is a test of its own below

def write(ranks, device, folder):
    learner = learner_of(device)
    before = learner.state()
    saver = ShardedCheckpoints(learner)
    saver.save(folder / "shards", checkpoint_of(folder, 2))
    for tensor in learner.tensors().values():       # the copy has been made
        torch.as_tensor(tensor).detach().zero_()
    assert saver.wait() == folder / "shards" / "step-000002" and saver.wait() is None
    if ranks.first:
        save_checkpoint(folder / "whole", replace(example(folder, 2), tensors=before))


def read(ranks, device, folder):
    """Without a pickle, into another learner; and damage stops all ranks."""
    learner = learner_of(device, seed=1, steps=1)
    saver = ShardedCheckpoints(learner)
    path, kept = folder / "shards" / "step-000002", {}
    for name in ("load", "loads", "Unpickler"):
        kept[name] = getattr(pickle, name)
        setattr(pickle, name, partial(never, name))
    try:
        start = load_for_ranks(path)
        saver.go_on_from(start)
        assert start.step == 2
    finally:
        for name, function in kept.items():
            setattr(pickle, name, function)
    assert learner.optimizer.steps == 2
    wanted, found = load_checkpoint(folder / "whole" / "step-000002").tensors, learner.state()
    if ranks.first:
        assert found.keys() == wanted.keys()
        for name, array in wanted.items():
            np.testing.assert_array_equal(found[name], array, err_msg=name)

    with pytest.raises(ValueError, match="has tensor model.* of another model"):
        load_sharded(path, {"model.strange": torch.zeros(3)}, ranks)
    with pytest.raises(ValueError, match=r"is damaged: tensor .*\(on rank 0\)"):
        saver.go_on_from(load_for_ranks(folder / "damaged" / "step-000002"))


def never(name, *arguments, **options):
    raise AssertionError(f"pickle.{name} is called")


def fill_the_disk(ranks, device, folder):
    """For rank 1 alone: all hear of it, at the same place."""
    learner = learner_of(device)
    saver = ShardedCheckpoints(learner)
    saver.save(folder, checkpoint_of(folder, 2))
    saver.wait()
    if ranks.rank == 1:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
    saver.save(folder, checkpoint_of(folder, 4))
    message = "step-000004 could not be written by rank 1: File too large"
    with pytest.raises(OSError, match=message):
        saver.save(folder, checkpoint_of(folder, 6))
    if ranks.rank == 1:
        resource.setrlimit(resource.RLIMIT_FSIZE, 2 * (resource.RLIM_INFINITY,))
    saver.save(folder, checkpoint_of(folder, 8))
    saver.wait()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """By three ranks, each with its rows: read by two of them, and by one."""
    folder = tmp_path_factory.mktemp("written")
    in_ranks(3, write, folder, strategy="fsdp")
    return folder


def test_one_process_reads_what_three_ranks_wrote(written):
    path = written / "shards" / "step-000002"
    files = sorted(file.name for file in path.iterdir())
    assert len(files) == 4 and {Path(file).suffix for file in files} == {".json", ".safetensors"}
    mine = load_checkpoint(path)
    whole = load_checkpoint(written / "whole" / "step-000002")
    assert mine.tensors.keys() == whole.tensors.keys()
    for name, array in whole.tensors.items():
        assert mine.tensors[name].dtype == array.dtype, name
        np.testing.assert_array_equal(mine.tensors[name], array, err_msg=name)
    assert replace(mine, tensors={}) == replace(whole, tensors={})


@pytest.mark.parametrize(("size", "strategy"), [
    (2, "fsdp"), pytest.param(2, "ddp", marks=pytest.mark.slow)])
def test_other_ranks_go_on_from_it(written, size, strategy):
    """Also from what NumPy cut into another number of files."""
    damaged = written / "damaged" / "step-000002"
    if not damaged.exists():
        path = save_checkpoint(written / "damaged",
                               load_checkpoint(written / "shards" / "step-000002"), shards=4)
        file = min(path.glob("*.safetensors"))
        raw = bytearray(file.read_bytes())
        raw[-1] ^= 1
        file.write_bytes(raw)
    path = written / "shards" / "step-000002"
    in_ranks(size, read, written, strategy=strategy)
    if strategy == "fsdp":
        replace_checkpoint(path, load_checkpoint(path), shards=5)


@pytest.mark.slow
def test_ranks_that_share_matrices_as_well(tmp_path):
    """Each rank has a part of both axes; NumPy reads it, and other ranks do."""
    in_ranks(4, write, tmp_path, strategy="fsdp", tensor_parallel=2)
    mine, whole = (load_checkpoint(tmp_path / kind / "step-000002").tensors
                   for kind in ("shards", "whole"))
    assert mine.keys() == whole.keys()
    for name, array in whole.items():
        np.testing.assert_array_equal(mine[name], array, err_msg=name)
    in_ranks(2, read_again, tmp_path, strategy="ddp", tensor_parallel=2)


def read_again(ranks, device, folder):
    learner = learner_of(device, seed=1, steps=1)
    ShardedCheckpoints(learner).go_on_from(load_for_ranks(folder / "shards" / "step-000002"))
    wanted, found = load_checkpoint(folder / "whole" / "step-000002").tensors, learner.state()
    for name, array in (wanted if ranks.first else {}).items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


def test_a_full_disk_is_named_on_all_ranks(tmp_path):
    """And leaves the last two good checkpoints, and no draft."""
    in_ranks(2, fill_the_disk, tmp_path, strategy="ddp")
    assert [path.name for path in checkpoints_in(tmp_path)] == ["step-000002", "step-000008"]
    assert len(list(tmp_path.iterdir())) == 2
    assert load_checkpoint(tmp_path / "step-000008").step == 8


def diverge(ranks, device, folder):
    """The loss of rank 1 alone is none."""
    learner = learner_of(device, steps=1)
    before, forward = learner.state(), learner.forward
    if ranks.rank == 1:
        learner.forward = lambda *arguments: forward(*arguments) * float("nan")
    batch = tuple(np.zeros((2, 2, 8), np.int64))
    with pytest.raises(NonFiniteError, match=r"step 2: the loss is nan.*\(on rank 1\)"):
        learner.train_step([batch, batch], 2, 1e-2)
    after = learner.state()
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array, err_msg=name)


def test_what_is_not_a_number_on_one_rank_stops_all_and_is_named(tmp_path):
    in_ranks(2, diverge, tmp_path, strategy="ddp")
