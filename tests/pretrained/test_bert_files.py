"""BERT's files: every way its weights are named, what may be missing, and what may not."""
import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from numpy_impl.models import pretrained as ours
from numpy_impl.models.bert import BertModel
from numpy_impl.models.parameters import get_parameters
from torch_impl.models import pretrained as theirs
from torch_impl.models.parameters import get_parameters as get_twins
from twinformer.architectures.bert import BertConfig
from twinformer.models.initialisation import initial_array

CONFIG = BertConfig(vocab_size=19, context_length=8, d_model=12, n_heads=3, n_layers=2,
                    d_hidden=10, dropout=0.2, attention_dropout=0.3, activation="gelu",
                    norm_epsilon=1e-5)
SIDES = pytest.mark.parametrize("side", [ours, theirs], ids=["numpy", "torch"])


def parameters_of(model):
    return get_twins(model) if isinstance(model, torch.nn.Module) else get_parameters(model)


@pytest.fixture
def folder(tmp_path):
    """A folder with a random BERT, as it is written here."""
    ours.save_pretrained(random_bert(), tmp_path)
    return tmp_path


def random_bert():
    model = BertModel(CONFIG, seed=3)
    draw = np.random.default_rng(0)
    for array in model.parameters():
        array += draw.standard_normal(array.shape, np.float32)
    return model


def changed(folder, change):
    """The file of weights, after change({name: array}) -> {name: array}."""
    path = folder / "model.safetensors"
    save_file(change(load_file(path)), path)
    return folder


def with_settings(folder, **settings):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))
    return folder


def assert_the_same(folder, expected=None):
    """Both packages read the random BERT, bit for bit, and say nothing."""
    expected = expected or get_parameters(random_bert())
    for side in (ours, theirs):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model = side.load_pretrained(folder)
        found = parameters_of(model)
        assert list(found) == list(CONFIG.parameter_shapes())
        for name, array in expected.items():
            np.testing.assert_array_equal(found[name], array, name)
        assert model.config == CONFIG
        assert model.head.decoder.weight is model.token_embedding.weight


def test_what_is_written_is_read(folder, tmp_path):
    assert_the_same(folder)
    theirs.save_pretrained(theirs.load_pretrained(folder), tmp_path / "again")
    assert_the_same(tmp_path / "again")
    assert (tmp_path / "again/model.safetensors").read_bytes() == (
        folder / "model.safetensors").read_bytes()


@pytest.mark.parametrize("rename", [
    lambda name: name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
        "LayerNorm.bias", "LayerNorm.beta"),
    lambda name: name.removeprefix("bert."),
    lambda name: f"module.{name}",
    lambda name: f"model._orig_mod.{name}",
    lambda name: name.replace("cls.predictions.bias", "cls.predictions.decoder.bias")],
    ids=["gamma and beta", "no prefix", "wrapped", "compiled", "the decoder's bias"])
def test_every_spelling(folder, rename):
    assert_the_same(changed(folder, lambda tensors: {
        rename(name): array for name, array in tensors.items()}))


def test_copies_and_buffers_are_left_out(folder):
    assert_the_same(changed(folder, lambda tensors: tensors | {
        "bert.embeddings.position_ids": np.arange(8)[None],
        "cls.predictions.decoder.weight": tensors["bert.embeddings.word_embeddings.weight"],
        "cls.predictions.decoder.bias": tensors["cls.predictions.bias"]}))


def test_a_config_that_does_not_say_what_it_is_of(folder):
    """As the first ones did not, nor what they left as it was."""
    path = folder / "config.json"
    content = json.loads(path.read_text())
    for name in ("model_type", "architectures", "position_embedding_type", "is_decoder"):
        del content[name]
    path.write_text(json.dumps(content | {"torchscript": False, "pruned_heads": {}}))
    assert_the_same(folder)


@SIDES
@pytest.mark.parametrize("without, said", [
    (("cls.seq_relationship.",), "the head that says whether a sentence follows"),
    (("cls.",), "the head that finds hidden tokens and the head that says whether"),
    (("cls.seq_relationship.", "bert.pooler."), "lacks the pooler and the head that says")])
def test_a_head_that_is_missing_begins_anew(folder, side, without, said):
    changed(folder, lambda tensors: {name: array for name, array in tensors.items()
                                     if not name.startswith(without)})
    with pytest.warns(UserWarning, match=said):
        found = parameters_of(side.load_pretrained(folder))
    there = get_parameters(random_bert())
    anew = 0
    for name, array in found.items():
        fresh = initial_array(name, array.shape, 0)
        anew += (array == fresh).all()
        np.testing.assert_array_equal(array, there[name] if (array != fresh).any() else fresh)
    assert anew == {1: 2, 2: 4}[len(without)] if without != ("cls.",) else 7
    assert all(array.dtype == np.float32 for array in found.values())


@SIDES
@pytest.mark.parametrize("change, message", [
    (lambda t: t | {"cls.predictions.decoder.weight": 2 * t["bert.embeddings."
                                                           "word_embeddings.weight"]},
     "decoder.weight is not the embedding, as it is in BERT"),
    (lambda t: {n: a for n, a in t.items() if n != "cls.predictions.bias"},
     "missing cls.predictions.bias"),
    (lambda t: {n: a for n, a in t.items() if "layer.1.attention.self.key.weight" not in n},
     "missing bert.encoder.layer.1.attention.self.key.weight"),
    (lambda t: t | {"classifier.weight": np.zeros((2, 12), np.float32)},
     "unexpected classifier.weight"),
    (lambda t: t | {"bert.pooler.dense.bias": np.zeros(5, np.float32)},
     r"bert.pooler.dense.bias is \(5,\) instead of \(12,\)"),
    (lambda t: t | {"bert.pooler.dense.bias": np.full(12, np.nan, np.float32)},
     "NaN or infinity among the weights, in bert.pooler.dense.bias"),
    (lambda t: t | {"bert.pooler.dense.bias": np.zeros(12, np.int32)},
     r"floating-point weights, got bert.pooler.dense.bias \(int32\)"),
    (lambda t: t | {"other.bert.pooler.dense.bias": np.zeros(12, np.float32)},
     "this is more than one model")])
def test_files_of_another_model(folder, side, change, message):
    changed(folder, change)
    with pytest.raises(ValueError, match=message):
        side.load_pretrained(folder)


@SIDES
@pytest.mark.parametrize("settings, message", [
    ({"model_type": "roberta"}, "model_type is 'roberta', and BERT's is 'bert'"),
    ({"is_decoder": True}, "is_decoder is True, and BERT's is False"),
    ({"position_embedding_type": "relative_key"}, "position_embedding_type is 'relative_key'"),
    ({"hidden_act": "tanh"}, "hidden_act is 'tanh'; those that can be computed are gelu, "),
    ({"hidden_size": None}, "expected a whole number hidden_size, got None"),
    ({"hidden_dropout_prob": "no"}, "expected a number hidden_dropout_prob, got 'no'"),
    ({"num_attention_heads": 5}, "config.json: every head takes an equal share"),
    ({"intermediate_size": 11}, r"intermediate.dense.weight is \(10, 12\) instead of \(11, 12\)")])
def test_configs_of_another_model(folder, side, settings, message):
    with_settings(folder, **settings)
    with pytest.raises(ValueError, match=message):
        side.load_pretrained(folder)


@pytest.mark.parametrize("text", ["[1]", "{", ""])
def test_a_config_that_is_none(folder, text):
    (folder / "config.json").write_text(text)
    with pytest.raises(ValueError, match=r"config.json is no JSON object"):
        ours.load_pretrained(folder)


@SIDES
def test_tensors_do_not_tell_the_heads(folder, side):
    (folder / "config.json").unlink()
    with pytest.raises(ValueError, match="put the model's config.json beside it, or give a Bert"):
        side.load_pretrained(folder)
    model = side.load_pretrained(folder / "model.safetensors", replace(CONFIG, n_heads=6))
    assert model.config.n_heads == 6 == model.blocks[1].attention.n_heads


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_no_value_changes_on_the_way(folder, dtype):
    """Half precision is widened, double kept."""
    rounded = {name: array.astype(dtype).astype(np.result_type(dtype, np.float32))
               for name, array in get_parameters(random_bert()).items()}
    changed(folder, lambda tensors: {n: a.astype(dtype) for n, a in tensors.items()})
    assert_the_same(folder, rounded)
