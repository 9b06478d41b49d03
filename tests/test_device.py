"""The twin's switches change its speed, never its mathematics."""
import copy
import importlib.util
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pytest
import torch

from twinformer.configs.classification_config import ClassificationConfig
from twinformer.models.keep_masks import KeepMasks
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.learning import NonFiniteError
from numpy_impl.training.learner import pretraining_learner as Reference
from torch_impl.finetuning.classifier_model import build_classifier
from torch_impl.finetuning.classification import Classification
from torch_impl.layers.linear import Linear
from torch_impl.training import device as machine
from torch_impl.training.learner import Learner, pretraining_learner
from torch_impl.training.padded_head import pad_vocabulary

CONFIG = GPT2Config(vocab_size=37, context_length=8, d_model=16, n_heads=2,
                    n_layers=2, dropout=0.0)
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")


def losses_and_state(steps=5, config=CONFIG, dtype=np.float64, **switches):
    parameters = {name: array.astype(dtype) for name, array
                  in initial_parameters(config, 0).items()}
    learner = pretraining_learner(config, TrainingConfig(), DeviceConfig(**switches),
                      parameters)
    generator = np.random.default_rng(0)
    losses = []
    for step in range(steps):
        ids = generator.integers(0, 37, (2, 4, 9))
        batches = [(part[:, :-1], part[:, 1:]) for part in ids]
        losses.append(learner.train_step(batches, step, 1e-2).loss)
    return losses, learner.state()


EXACT = [{"fused_kernels": False}, {"fused_optimizer": False},
         {"activation_checkpointing": True}, {"vocabulary_multiple": 64},
         pytest.param({"compile": True}, marks=pytest.mark.slow)]


@pytest.mark.parametrize("switches", EXACT)
def test_switches_leave_the_mathematics_alone(switches):
    plain, state = losses_and_state(device="cpu")
    switched, switched_state = losses_and_state(device="cpu", **switches)
    # 5 steps in float64, whose rounding Adam may amplify where a second
    # moment is small: far below what any wrong term would change.
    np.testing.assert_allclose(switched, plain, rtol=1e-10)
    for name, array in state.items():
        np.testing.assert_allclose(switched_state[name], array, rtol=1e-6,
                                   atol=1e-9, err_msg=name)


CHOICES = {"fused_kernels": [False], "fused_optimizer": [False],
           "activation_checkpointing": [True], "vocabulary_multiple": [64],
           "precision": ["bfloat16", "float16"]}


@pytest.mark.parametrize("switches", [
    {a: one, b: other} for a, b in combinations(CHOICES, 2)
    for one in CHOICES[a] for other in CHOICES[b]]
    + [{name: values[0] for name, values in CHOICES.items() if name != "precision"}], ids=str)
def test_switches_may_be_combined(switches):
    """All pairs, and all at once: the steps of a machine without them."""
    precision = switches.get("precision", "float32")
    dtype = np.float64 if precision == "float32" else np.float32
    plain, state = losses_and_state(device="cpu", dtype=dtype)
    switched, switched_state = losses_and_state(device="cpu", dtype=dtype, **switches)
    if precision != "float32":
        mantissa = {"bfloat16": 8, "float16": 11}[precision]
        np.testing.assert_allclose(switched, plain, atol=16 * 2.0 ** -mantissa)
        return
    np.testing.assert_allclose(switched, plain, rtol=1e-10)
    for name, array in state.items():
        np.testing.assert_allclose(switched_state[name], array, rtol=1e-6,
                                   atol=1e-9, err_msg=name)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("masks", ["torch's", "a generator's"])
def test_what_is_recomputed_drops_the_same_again(fused, masks, monkeypatch):
    if masks == "a generator's":
        monkeypatch.setattr(machine.Machine, "masks", lambda self, seed: KeepMasks(seed))
    config = replace(CONFIG, dropout=0.5)
    plain, state = losses_and_state(config=config, device="cpu", fused_kernels=fused)
    again, recomputed = losses_and_state(config=config, device="cpu", fused_kernels=fused,
                                         activation_checkpointing=True)
    assert plain == again
    for name, array in state.items():
        np.testing.assert_array_equal(recomputed[name], array, name)


class Texts(NamedTuple):
    inputs: np.ndarray
    labels: np.ndarray
    last: np.ndarray


@pytest.mark.parametrize("train", ["all", "lora", "last_layer"])
@pytest.mark.parametrize("switches", [
    {"vocabulary_multiple": 64}, {"vocabulary_multiple": 64, "fused_kernels": False},
    {"vocabulary_multiple": 64, "activation_checkpointing": True}], ids=str)
def test_a_head_with_an_offset_or_lora_is_padded_too(train, switches):
    settings = ClassificationConfig(train=train, dropout=0.0, lora_rank=2)
    ids = np.random.default_rng(0).integers(0, 37, (6, 8))
    batch = Texts(ids, ids[:, 0] % 3, np.full(6, 7))
    found = []
    for given in ({}, switches):
        model = build_classifier(CONFIG, initial_parameters(CONFIG, 0), 3, settings, 0).double()
        with torch.no_grad():  # an offset that matters, and a correction
            for name, parameter in model.named_parameters():
                if name.startswith("head.") and name.endswith(("bias", ".B")):
                    parameter.copy_(torch.arange(1.0, parameter.numel() + 1).view_as(parameter))
        learner = Learner(model, Classification("last"), TrainingConfig(),
                          DeviceConfig(device="cpu", **given))
        numbers = [learner.train_step([batch], step, 1e-2)
                   for step in range(3)]
        found.append((numbers, learner.evaluate(batch), learner.state()))
    (plain, before, state), (padded, after, padded_state) = found
    np.testing.assert_allclose(padded, plain, rtol=1e-10)
    np.testing.assert_allclose(after, before, rtol=1e-10)
    for name, array in state.items():
        np.testing.assert_allclose(padded_state[name], array, rtol=1e-6, atol=1e-9, err_msg=name)


def test_a_padded_model_can_be_copied():
    """The copy multiplies by its own weights."""
    head = Linear(2, 3)
    pad_vocabulary(head, 8)
    other = copy.deepcopy(head)
    torch.nn.init.ones_(other.weight)
    x = torch.ones(1, 2)
    assert torch.equal(head(x), x @ head.weight.T)
    assert other(x).tolist() == [[2, 2, 2]]


def test_a_head_without_a_linear_is_refused():
    with pytest.raises(ValueError, match="vocabulary_multiple .* Identity has 0"):
        pad_vocabulary(torch.nn.Identity(), 64)


@pytest.mark.parametrize("precision, mantissa", [("bfloat16", 8), ("float16", 11)])
def test_mixed_precision_stays_near_float32(precision, mantissa):
    exact, _ = losses_and_state(dtype=np.float32, device="cpu")
    mixed, state = losses_and_state(dtype=np.float32, device="cpu",
                                    precision=precision)
    # The logits are about 1 and rounded to `mantissa` bits a few times.
    np.testing.assert_allclose(mixed, exact, atol=16 * 2.0 ** -mantissa)
    assert state["model.token_embedding.weight"].dtype == np.float32


def test_float16_skips_a_step_that_overflows_and_lowers_the_scale():
    parameters = initial_parameters(CONFIG, 0)
    learner = pretraining_learner(CONFIG, TrainingConfig(), DeviceConfig(
        device="cpu", precision="float16"), parameters)
    learner.machine.loss_scale.factor = 1e30
    ids = np.zeros((1, 9), np.int64)
    before = {name: array.copy() for name, array in learner.state().items()}
    result = learner.train_step([(ids[:, :-1], ids[:, 1:])], 0, 1e-2)
    assert np.isfinite(result.loss) and not np.isfinite(result.grad_norm)
    assert learner.machine.loss_scale.factor == 5e29
    for name, array in learner.state().items():
        if not name.startswith("scale"):
            np.testing.assert_array_equal(array, before[name], name)

    other = pretraining_learner(CONFIG, TrainingConfig(), DeviceConfig(
        device="cpu", precision="float16"), parameters)
    other.load_state(learner.state())
    assert other.machine.loss_scale.factor == 5e29


def test_float16_without_a_scale_to_blame_stops():
    """A NaN in the weights is no overflow: lowering the scale forever would
    train nothing and say nothing."""
    parameters = initial_parameters(CONFIG, 0)
    parameters["final_norm.bias"][0] = np.nan
    learner = pretraining_learner(CONFIG, TrainingConfig(), DeviceConfig(
        device="cpu", precision="float16"), parameters)
    learner.machine.loss_scale.factor = 1.0
    ids = np.zeros((1, 9), np.int64)
    with pytest.raises(NonFiniteError, match="weight final_norm.bias"):
        learner.train_step([(ids[:, :-1], ids[:, 1:])], 1, 1e-2)


def test_dropout_depends_on_seed_and_step_alone():
    config = GPT2Config(vocab_size=37, context_length=8, d_model=16,
                        n_heads=2, n_layers=2, dropout=0.5)
    first, _ = losses_and_state(config=config, device="cpu")
    torch.rand(7)                       # someone else draws from torch
    again, _ = losses_and_state(config=config, device="cpu")
    assert first == again
    spelled, _ = losses_and_state(config=config, device="cpu",
                                  fused_kernels=False)
    assert np.isfinite(spelled).all() and spelled != first


@pytest.mark.parametrize("switches, message", [
    ({"device": "cuda"}, "honour device.device = cuda"), ({"compile": True}, "compile"),
    ({"precision": "bfloat16"}, "precision = bfloat16"),
    ({"vocabulary_multiple": 64}, "vocabulary_multiple = 64")])
def test_the_reference_refuses_what_it_cannot_honour(switches, message):
    with pytest.raises(ValueError, match=message):
        Reference(CONFIG, TrainingConfig(), DeviceConfig(**switches),
                  initial_parameters(CONFIG, 0))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
def test_a_device_that_is_not_here_is_refused():
    with pytest.raises(ValueError, match=r"'cuda' is not here.*has .*cpu"):
        machine.choose_device("cuda")


def test_compile_without_a_compiler_is_refused(monkeypatch):
    monkeypatch.setattr(machine, "compiler", lambda: False)
    with pytest.raises(ValueError, match=r"C\+\+ compiler"):
        losses_and_state(device="cpu", compile=True)


@CUDA
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("compile", [False, True])
def test_cuda_trains_as_the_cpu_does(precision, compile):
    exact, _ = losses_and_state(dtype=np.float32, device="cpu")
    switches = {"precision": precision, "compile": compile, "tf32": False}
    if compile and importlib.util.find_spec("triton") is None:
        pytest.skip("torch.compile on CUDA needs triton")
    gpu, _ = losses_and_state(dtype=np.float32, device="cuda", **switches)
    mantissa = {"float32": 22, "bfloat16": 8, "float16": 11}[precision]
    np.testing.assert_allclose(gpu, exact, atol=16 * 2.0 ** -mantissa)


@CUDA
def test_cuda_is_the_same_mathematics_in_double_precision():
    plain, state = losses_and_state(device="cpu")
    gpu, gpu_state = losses_and_state(device="cuda")
    np.testing.assert_allclose(gpu, plain, rtol=1e-10)
    for name, array in state.items():
        np.testing.assert_allclose(gpu_state[name], array, rtol=1e-6,
                                   atol=1e-9, err_msg=name)
