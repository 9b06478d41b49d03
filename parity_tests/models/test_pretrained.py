"""load_pretrained: the model that transformers has, in both packages; and
save_pretrained: back to transformers, bit for bit."""
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import numpy_impl.models.pretrained as ours
import torch_impl.models.pretrained as theirs
from twinformer.models.config import PRESETS
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import (
    initial_parameters, parameter_shapes,
)
from numpy_impl.models.parameters import get_parameters, set_parameters
from twinformer.pretrained.formats.gpt2_names import HUGGING_FACE, turned
from numpy_impl.training.optimizer import AdamW
from torch_impl.models.parameters import get_parameters as get_torch_parameters

from ..agreement import assert_agree, assert_no_worse
from ..bounds import measured_bounds
from .checkpoints import TINY, hugging_face

SIDES = pytest.mark.parametrize("side", [ours, theirs], ids=["numpy", "torch"])


def run_twin(model, ids, dlogits):
    """Logits and the gradient of every parameter, by name"""
    model.zero_grad()
    logits = model(torch.from_numpy(ids))
    logits.backward(torch.from_numpy(dlogits))
    return {"logits": logits} | {name: p.grad for name, p in model.named_parameters()}


def run_transformers(model, config, ids, dlogits):
    """The same of transformers' model, under our names"""
    model.zero_grad()
    logits = model(torch.from_numpy(ids)).logits
    logits.backward(torch.from_numpy(dlogits))
    grads = {name: parameter.grad for name, parameter in model.named_parameters()}
    return {"logits": logits} | {name: turned(name, grads[HUGGING_FACE(name)])
                                 for name in parameter_shapes(config)}


def run_reference(model, ids, dlogits):
    model.zero_grad()
    logits, cache = model.forward(ids)
    model.backward(dlogits, cache)
    return {"logits": logits} | dict(model.named_gradients())


def a_case(config, length, seed, dtype):
    generator = np.random.default_rng(seed)
    ids = generator.integers(0, config.vocab_size, (2, length))
    return ids, generator.standard_normal((2, length, config.vocab_size)).astype(dtype)


@settings(max_examples=settings.default.max_examples // 3)
@given(seed=st.integers(0, 2**16), length=st.integers(1, 6), tied=st.booleans())
def test_logits_and_gradients_of_all_three_agree(tmp_path_factory, seed, length, tied):
    config = replace(TINY, tie_embeddings=tied)
    folder = tmp_path_factory.mktemp("model")
    model = hugging_face(config, seed, torch.float64)
    model.save_pretrained(folder)
    ids, dlogits = a_case(config, length, seed, np.float64)
    twin = theirs.load_pretrained(folder)
    exact, bounds = measured_bounds(
        lambda: run_transformers(model, config, ids, dlogits),
        lambda: run_twin(twin, ids, dlogits))
    for result in (run_reference(ours.load_pretrained(folder), ids, dlogits),
                   run_twin(twin, ids, dlogits)):
        assert result.keys() == exact.keys()
        for name, bound in bounds.items():
            assert_agree(result[name], exact[name], bound, name)


@SIDES
@pytest.mark.parametrize("tied", [True, False])
def test_exported_back_transformers_loads_it_bit_for_bit(tmp_path, side, tied):
    from transformers import GPT2LMHeadModel

    config = replace(TINY, tie_embeddings=tied)
    before = hugging_face(config)
    before.save_pretrained(tmp_path / "theirs")
    side.save_pretrained(side.load_pretrained(tmp_path / "theirs"), tmp_path / "ours")
    after, report = GPT2LMHeadModel.from_pretrained(tmp_path / "ours", output_loading_info=True)
    assert not any(report.values()), report
    for name, tensor in before.state_dict().items():
        assert torch.equal(after.state_dict()[name], tensor), name
    ids = torch.tensor([[1, 2, 3]])
    before.config._attn_implementation = after.config._attn_implementation
    assert torch.equal(after.eval()(ids).logits, before(ids).logits)


@SIDES
@pytest.mark.parametrize("change", [{}, {"qkv_bias": False}, {"tie_embeddings": False},
                                    {"dropout": 0.0}])
def test_saved_and_loaded_is_the_same(tmp_path, side, change):
    config = replace(TINY, **change)
    parameters = initial_parameters(config, 1)
    side.save_pretrained(side.model_of(config, parameters), tmp_path)
    for other in (ours, theirs):
        model = other.load_pretrained(tmp_path)
        assert model.config == config
        get = get_parameters if other is ours else get_torch_parameters
        loaded = get(model)
        assert list(loaded) == list(parameters)
        for name, array in parameters.items():
            np.testing.assert_array_equal(loaded[name], array)


def test_a_folder_can_be_saved_over_itself(tmp_path):
    hugging_face().save_pretrained(tmp_path)
    model = ours.load_pretrained(tmp_path)
    before = {name: array.copy() for name, array in get_parameters(model).items()}
    ours.save_pretrained(model, tmp_path)
    for name, array in get_parameters(ours.load_pretrained(tmp_path)).items():
        np.testing.assert_array_equal(array, before[name])
        np.testing.assert_array_equal(get_parameters(model)[name], before[name])


def test_training_a_loaded_model_is_training_a_copy_and_spares_the_file(tmp_path):
    hugging_face().save_pretrained(tmp_path)
    file = tmp_path / "model.safetensors"
    before = file.read_bytes()
    loaded = ours.load_pretrained(tmp_path)
    copy = GPTModel(loaded.config)
    set_parameters(copy, get_parameters(loaded))
    ids, dlogits = a_case(TINY, 5, 0, np.float32)
    for model in (loaded, copy):
        optimizer = AdamW(model, beta1=0.9, beta2=0.95, epsilon=1e-8,
                          weight_decay=0.1)
        for _ in range(3):
            run_reference(model, ids, dlogits)
            optimizer.step(1e-2)
    for name, array in get_parameters(loaded).items():
        np.testing.assert_allclose(array, get_parameters(copy)[name], rtol=1e-4, atol=1e-5)
    assert loaded.head.weight is loaded.token_embedding.weight
    assert file.read_bytes() == before


def test_nothing_is_copied(tmp_path):
    hugging_face().save_pretrained(tmp_path)
    for array in get_parameters(ours.load_pretrained(tmp_path)).values():
        while array.base is not None and not isinstance(array, np.memmap):
            array = array.base
        assert isinstance(array, np.memmap)
    twin = theirs.load_pretrained(tmp_path)
    assert twin.head.weight is twin.token_embedding.weight
    assert not twin.training
    assert all(p.requires_grad and p.device.type == "cpu" for p in twin.parameters())
    assert not twin.blocks[0].attention.qkv.weight.is_contiguous()      # a turned view


@SIDES
def test_double_precision_stays_double(tmp_path, side):
    hugging_face(dtype=torch.float64).save_pretrained(tmp_path)
    model = side.load_pretrained(tmp_path)
    assert str(model.token_embedding.weight.dtype).endswith("float64")


def test_pickles_are_read_by_the_twin_alone(tmp_path):
    from twinformer.pretrained.formats.registry import config_text

    model = hugging_face()
    torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    (tmp_path / "config.json").write_text(config_text(TINY, "float32"))
    ids = torch.tensor([[3, 1, 4]])
    torch.testing.assert_close(theirs.load_pretrained(tmp_path)(ids), model(ids).logits)
    with pytest.raises(ValueError, match="NumPy cannot read safely"):
        ours.load_pretrained(tmp_path)


@pytest.mark.slow
def test_the_published_size(tmp_path):
    """A random 124M of transformers: logits, every gradient, and back again."""
    from transformers import GPT2LMHeadModel

    config = PRESETS["gpt2"]
    model = hugging_face(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():    # of the published size
            if "ln_" not in name:
                parameter.mul_(0.1)
    model.save_pretrained(tmp_path / "theirs")
    ids, dlogits = a_case(config, 48, 0, np.float32)
    theirs32 = {name: tensor.detach().numpy() for name, tensor in
                run_transformers(model, config, ids, dlogits).items()}
    truth = {name: tensor.detach().numpy() for name, tensor in run_transformers(
        model.double(), config, ids, dlogits.astype(np.float64)).items()}
    del model
    for side, run in ((ours, run_reference), (theirs, run_twin)):
        loaded = side.load_pretrained(tmp_path / "theirs")
        for name, result in run(loaded, ids, dlogits).items():
            unit = np.finfo(np.float32).eps * np.sqrt(np.mean(truth[name]**2))
            assert_no_worse(result, theirs32[name], truth[name], unit,
                            f"{side.__name__} {name}")
        side.save_pretrained(loaded, tmp_path / "ours")
        del loaded
        before = GPT2LMHeadModel.from_pretrained(tmp_path / "theirs").state_dict()
        after = GPT2LMHeadModel.from_pretrained(tmp_path / "ours").state_dict()
        assert before.keys() == after.keys()
        assert all(torch.equal(before[name], after[name]) for name in before)
