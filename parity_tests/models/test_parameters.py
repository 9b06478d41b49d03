"""Weights travel between the two packages as {name: array}."""
import numpy as np
import pytest

from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import get_parameters, set_parameters
from torch_impl.models import gpt2, parameters

CONFIG = GPT2Config(vocab_size=11, context_length=4, d_model=8, n_heads=2,
                    n_layers=2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_there_and_back_to_the_bit(dtype):
    values = {name: a.astype(dtype) for name, a
              in initial_parameters(CONFIG, 4).items()}
    model = GPTModel(CONFIG).to(dtype)
    twin = gpt2.GPTModel(CONFIG)
    twin = twin.double() if dtype == np.float64 else twin
    set_parameters(model, values)
    parameters.set_parameters(twin, get_parameters(model))
    back = parameters.get_parameters(twin)
    assert list(back) == list(values)
    for name, a in values.items():
        assert back[name].dtype == dtype
        np.testing.assert_array_equal(back[name], a)


def test_a_model_keeps_its_own_copy():
    values = initial_parameters(CONFIG, 4)
    for module, get, put in ((GPTModel(CONFIG), get_parameters,
                              set_parameters),
                             (gpt2.GPTModel(CONFIG), parameters.get_parameters,
                              parameters.set_parameters)):
        put(module, values)
        before = {name: a.copy() for name, a in get(module).items()}
        for a in values.values():
            a += 1
        for name, a in get(module).items():
            np.testing.assert_array_equal(a, before[name])


@pytest.mark.parametrize("put, model", [
    (set_parameters, GPTModel), (parameters.set_parameters, gpt2.GPTModel)])
def test_what_does_not_fit_is_named_and_nothing_is_changed(put, model):
    model = model(CONFIG, seed=None)
    values = initial_parameters(CONFIG, 0)
    del values["final_norm.bias"]
    values["extra"] = np.zeros(3)
    values["position_embedding.weight"] = np.zeros((5, 8))
    with pytest.raises(ValueError, match=(
            r"missing final_norm.bias, unexpected extra, "
            r"position_embedding.weight is \(5, 8\) instead of \(4, 8\)")):
        put(model, values)
    get = (get_parameters if put is set_parameters
           else parameters.get_parameters)
    assert not get(model)["token_embedding.weight"].any()
    values = initial_parameters(CONFIG, 0)
    values["final_norm.bias"] = np.zeros(8, int)      # the last of them
    with pytest.raises(ValueError, match="final_norm.bias must hold floating"):
        put(model, values)
    assert not get(model)["token_embedding.weight"].any()
    with pytest.raises(ValueError, match="and 20 more"):
        put(model, {})
