"""The learner of any model and objective. What a step does is under test in
test_learner.py; here, that it does no more than it is asked: frozen weights
stay, and batches of any named fields arrive as they are."""
from typing import NamedTuple

import numpy as np
import pytest
import torch

from numpy_impl.finetuning.freezing import train_only
from numpy_impl.models.gpt2 import GPTModel
from numpy_impl.models.parameters import get_parameters, set_parameters
from numpy_impl.training import learner as ours
from twinformer.configs.device_config import DeviceConfig
from numpy_impl.training.objective import NextTokens
from torch_impl.finetuning.freezing import train_only as train_only_t
from torch_impl.models import gpt2 as twin
from torch_impl.models import parameters as their
from torch_impl.training import learner as theirs
from torch_impl.training.objective import NextTokens as NextTokensT

from ..agreement import assert_drift
from ..lockstep import small_run

CPU = DeviceConfig(device="cpu")
LEARNING = ("final_norm", "blocks.1")


def learners(learning=LEARNING):
    """The reference and the twin, with no more than these parts to learn."""
    run = small_run()
    model, other = GPTModel(run.model).to(np.float64), twin.GPTModel(run.model)
    set_parameters(model, run.parameters)
    their.set_parameters(other.double(), run.parameters)
    train_only(model, lambda name: name.startswith(learning))
    train_only_t(other, lambda name: name.startswith(learning))
    pair = (ours.Learner(model, NextTokens(), run.training, CPU),
            theirs.Learner(other, NextTokensT(), run.training, CPU))
    pair[1].machine.masks = ours.KeepMasks
    return run, *pair


def test_frozen_weights_stay_and_the_others_agree():
    run, one, other = learners()
    before = {name: array.copy() for name, array
              in get_parameters(one.model).items()}
    for step in range(1, 6):
        results = [each.train_step(run.batches(step), step, 1e-2)
                   for each in (one, other)]
        assert_drift(results[0], results[1], step, np.abs(results[0]))
    twins = their.get_parameters(other.model)
    for name, array in get_parameters(one.model).items():
        assert_drift(array, twins[name], 5, name=name)
        # a key's bias has no influence, and the final norm has no decay
        if not name.startswith(LEARNING):
            np.testing.assert_array_equal(array, before[name], name)
            np.testing.assert_array_equal(twins[name], before[name], name)
    assert (get_parameters(one.model)["blocks.1.norm1.weight"]
            != before["blocks.1.norm1.weight"]).all()


def test_a_single_target_counts_in_full():
    run, one, other = learners()
    ids, targets = run.batches(1)[0]
    targets[...] = -100
    targets[0, 0] = 1
    for each in (one, other):
        nats, count = each.evaluate((ids, targets))
        result = each.train_step([(ids, targets)], 1, 0.0)
        assert count == 1 and nats > 0.5
        # dropout moves the loss, by less than to half of it
        assert abs(result.loss - nats) < 0.4 * nats


def test_frozen_weights_have_no_moments():
    _, one, other = learners()
    states = one.state(), other.state()
    assert states[0].keys() == states[1].keys()
    moments = [name for name in states[0] if "optimizer.first" in name]
    assert moments and all(name.removeprefix("optimizer.first.").startswith(
        LEARNING) for name in moments)


def test_a_state_goes_on_in_the_other_package():
    run, one, other = learners()
    one.train_step(run.batches(1), 1, 1e-2)
    other.load_state(one.state())
    results = [each.train_step(run.batches(2), 2, 1e-2)
               for each in (one, other)]
    assert_drift(results[0], results[1], 2, np.abs(results[0]))


class Named(NamedTuple):
    ids: np.ndarray
    mask: np.ndarray
    weight: np.ndarray


def test_a_batch_keeps_its_names_and_its_kinds():
    _, _, other = learners()
    batch = other.machine.tensors(Named(
        np.zeros(2, np.uint16), np.ones(2, bool), np.ones(2, np.float32)))
    assert isinstance(batch, Named)
    assert [t.dtype for t in batch] == [torch.int64, torch.bool, torch.float32]
    pair = other.machine.tensors([np.zeros(1), np.zeros(1, np.int32)])
    assert type(pair) is tuple and pair[1].dtype == torch.int64


@pytest.mark.parametrize("setting", [
    {"device": "cuda"}, {"precision": "bfloat16"}, {"compile": True},
    {"vocabulary_multiple": 2}, {"activation_checkpointing": True}, {"ranks": 2},
    {"strategy": "fsdp"}, {"tensor_parallel": 2}])
def test_the_reference_refuses_what_it_cannot_do(setting):
    run = small_run()
    with pytest.raises(ValueError, match="NumPy backend cannot honour"):
        ours.Learner(GPTModel(run.model), NextTokens(), run.training,
                   DeviceConfig(**setting))
