"""The twin's switches change its speed, never its mathematics."""
import importlib.util

import numpy as np
import pytest
import torch

from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.learning import NonFiniteError
from numpy_impl.training.learner import Learner as Reference
from torch_impl.training import device as machine
from torch_impl.training.learner import Learner

CONFIG = GPT2Config(vocab_size=37, context_length=8, d_model=16, n_heads=2,
                    n_layers=2, dropout=0.0)
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")


def losses_and_state(steps=5, config=CONFIG, dtype=np.float64, **switches):
    parameters = {name: array.astype(dtype) for name, array
                  in initial_parameters(config, 0).items()}
    learner = Learner(config, TrainingConfig(), DeviceConfig(**switches),
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
    learner = Learner(CONFIG, TrainingConfig(), DeviceConfig(
        device="cpu", precision="float16"), parameters)
    learner.machine.scale = 1e30
    ids = np.zeros((1, 9), np.int64)
    before = {name: array.copy() for name, array in learner.state().items()}
    result = learner.train_step([(ids[:, :-1], ids[:, 1:])], 0, 1e-2)
    assert np.isfinite(result.loss) and not np.isfinite(result.grad_norm)
    assert learner.machine.scale == 5e29
    for name, array in learner.state().items():
        if not name.startswith("scale"):
            np.testing.assert_array_equal(array, before[name], name)

    other = Learner(CONFIG, TrainingConfig(), DeviceConfig(
        device="cpu", precision="float16"), parameters)
    other.load_state(learner.state())
    assert other.machine.scale == 5e29


def test_float16_without_a_scale_to_blame_stops():
    """A NaN in the weights is no overflow: lowering the scale forever would
    train nothing and say nothing."""
    parameters = initial_parameters(CONFIG, 0)
    parameters["final_norm.bias"][0] = np.nan
    learner = Learner(CONFIG, TrainingConfig(), DeviceConfig(
        device="cpu", precision="float16"), parameters)
    learner.machine.scale = 1.0
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
    monkeypatch.setattr(machine.shutil, "which", lambda name: None)
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
