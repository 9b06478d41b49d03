"""What only the twin can be asked for leaves the numbers as they are, for every kind of model."""
import numpy as np
import pytest
import torch

from twinformer.architectures.kinds import KINDS
from twinformer.configs.device_config import DeviceConfig
from torch_impl.training.learner import pretraining_learner

from ..agreement import assert_drift
from ..lockstep import small_run, weights_of

STEPS = 3


def trained(kind, **device):
    """The losses and final weights of a few steps in float64, and what learned them."""
    run = small_run(STEPS, kind=kind)
    learner = pretraining_learner(
        run.model, run.training, DeviceConfig(device="cpu", **device), run.parameters)
    losses = [learner.train_step(run.batches(step), step, run.learning_rate(step)).loss
              for step in range(1, STEPS + 1)]
    return losses, weights_of(learner)


# GPT-2's dropout is drawn inside torch's kernels, or by hand, and is then another one
DECODERS = [kind for kind in KINDS if kind != "gpt2"]


@pytest.mark.parametrize("kind", DECODERS)
@pytest.mark.parametrize("device", [
    {"activation_checkpointing": True}, {"vocabulary_multiple": 8}, {"fused_kernels": False},
    {"fused_optimizer": False},
    pytest.param({"compile": True}, marks=pytest.mark.slow)], ids=str)
def test_the_same_is_learned(kind, device):
    torch.manual_seed(0)
    expected, found = trained(kind), trained(kind, **device)
    assert_drift(np.array(found[0]), np.array(expected[0]), STEPS)
    for name, array in expected[1].items():
        assert_drift(found[1][name], array, STEPS, name=name)


@pytest.mark.parametrize("kind", KINDS)
def test_half_precision_learns_about_the_same(kind):
    (expected, _), (found, _) = trained(kind), trained(kind, precision="bfloat16")
    unit = torch.finfo(torch.bfloat16).eps
    assert np.all(np.abs(np.subtract(found, expected)) <= 4 * unit * np.array(expected))
