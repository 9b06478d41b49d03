"""The first array that went bad is named, in the order of computing."""
import numpy as np
import pytest
import torch

import numpy_impl.training.diagnosis as ours
import torch_impl.training.diagnosis as theirs
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import set_parameters
from twinformer.learning import NonFiniteError
from torch_impl.models import gpt2, parameters

CONFIG = GPT2Config(vocab_size=7, context_length=5, d_model=8, n_heads=2,
                    n_layers=2)


@pytest.fixture(params=["numpy", "torch"])
def side(request):
    """(diagnosis of weights and ids, function that spoils a gradient)"""
    if request.param == "numpy":
        model = GPTModel(CONFIG)

        def diagnose(values, *batches):
            set_parameters(model, values)
            with np.errstate(all="ignore"):
                return ours.first_non_finite(model, batches)

        def spoil(name):
            grads = dict(model.named_gradients())
            grads[name].flat[-1] = np.inf
        return diagnose, spoil
    model = gpt2.GPTModel(CONFIG).eval()

    def diagnose(values, *batches):
        parameters.set_parameters(model, values)
        return theirs.first_non_finite(model, map(torch.tensor, batches))

    def spoil(name):
        tensor = dict(model.named_parameters())[name]
        tensor.grad = torch.zeros_like(tensor)
        tensor.grad.view(-1)[-1] = torch.inf
    return diagnose, spoil


@pytest.mark.parametrize("B", [1, 2, 3])
def test_a_weight_an_output_a_gradient_or_the_loss(side, B):
    diagnose, spoil = side
    values = initial_parameters(CONFIG, 0)
    ids = np.zeros((B, 5), int)
    assert diagnose(values, ids) == "the loss itself"

    spoil("blocks.0.norm1.bias")
    spoil("blocks.1.norm1.bias")
    assert diagnose(values, ids) == "gradient of blocks.1.norm1.bias"

    huge = values | {"blocks.1.attention.out.bias": np.full(8, 3e38)}
    huge["blocks.1.attention.out.weight"] = np.full((8, 8), 3e38)
    assert diagnose(huge, ids) == "output of blocks.1.attention.out"

    bad = huge | {"final_norm.weight": np.full(8, np.nan)}
    assert diagnose(bad, ids) == "weight final_norm.weight"


def test_only_a_later_batch_is_bad(side):
    diagnose, _ = side
    values = initial_parameters(CONFIG, 0)
    values["token_embedding.weight"][3] = 3e38
    values["position_embedding.weight"][:] = 3e38
    fine, bad = np.zeros((1, 5), int), np.full((1, 5), 3)
    values["token_embedding.weight"][0] = -3e38
    assert diagnose(values, fine, bad) == "output of position_embedding"


@pytest.mark.parametrize("package, model", [
    (ours, GPTModel(CONFIG)), (theirs, gpt2.GPTModel(CONFIG))])
def test_a_layer_that_runs_another_forward_keeps_it(package, model):
    """As a head does that is padded for a GPU."""
    ids = np.zeros((1, 5), int)
    calls, forward = [], model.head.forward

    def other(x):
        calls.append(x)
        return forward(x)
    model.head.forward = other
    package.first_non_finite(model, [
        ids if package is ours else torch.tensor(ids)])
    assert model.head.forward is other and len(calls) == 1


def test_the_message_says_what_to_do():
    error = NonFiniteError(7, float("nan"), "weight a.b")
    assert "step 7" in str(error) and "weight a.b" in str(error)
    assert (error.step, error.where) == (7, "weight a.b")
    assert NonFiniteError is NonFiniteError
