"""Reading: every format gives the same parameters, and every wrong file is
refused by name."""
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from twinformer.models.config import PRESETS, GPT2Config
from twinformer.pretrained import reading
from twinformer.pretrained.formats.registry import config_text
from twinformer.pretrained.reading import find_weights, read_pretrained
from torch_impl.models.torch_io import read_torch

from parity_tests.models.checkpoints import (
    TINY, arrays_of, hugging_face, tensorflow_arrays, write_tensorflow,
)


def write(folder, arrays, config=TINY):
    """A folder with these arrays in model.safetensors."""
    folder.mkdir(exist_ok=True)
    save_file({name: np.ascontiguousarray(a) for name, a in arrays.items()},
              folder / "model.safetensors")
    if config:
        (folder / "config.json").write_text(config_text(config, "float32"))
    return folder


@pytest.fixture(scope="module")
def model():
    return hugging_face()


@pytest.fixture(scope="module")
def expected(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    model.save_pretrained(folder)
    return read_pretrained(folder, None, read_torch)[1]


def with_buffers(model):
    """As OpenAI's weights are on the hub: no prefix, but the masks of attention."""
    mask = np.tril(np.ones((1, 1, 6, 6), np.float32))
    return arrays_of(model, "") | {f"h.{i}.attn.bias": mask for i in range(2)} | {
        f"h.{i}.attn.masked_bias": np.float32(-1e4).reshape(1) for i in range(2)}


def sharded(folder, model):
    model.save_pretrained(folder, max_shard_size="3KB")
    assert len(list(folder.glob("*.safetensors"))) > 2
    return folder


def pickled(folder, model, **options):
    folder.mkdir()
    torch.save(model.state_dict(), folder / "pytorch_model.bin", **options)
    (folder / "config.json").write_text(config_text(TINY, "float32"))
    return folder


def sharded_pickles(folder, model):
    folder.mkdir()
    weights = model.state_dict()
    names = list(weights)
    files = {name: f"pytorch_model-0000{i % 2 + 1}-of-00002.bin" for i, name in enumerate(names)}
    for file in set(files.values()):
        torch.save({n: weights[n] for n in names if files[n] == file}, folder / file)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": files}))
    (folder / "config.json").write_text(config_text(TINY, "float32"))
    return folder


def openai(folder, model):
    folder.mkdir()
    write_tensorflow(folder / "model.ckpt", tensorflow_arrays(model))
    (folder / "hparams.json").write_text(
        '{"n_vocab": 11, "n_ctx": 6, "n_embd": 8, "n_head": 2, "n_layer": 2}')
    return folder


FORMATS = {
    "prefix": lambda folder, model: write(folder, arrays_of(model)),
    "no prefix, masks": lambda folder, model: write(folder, with_buffers(model)),
    "head twice": lambda folder, model: write(folder, arrays_of(model) | {
        "lm_head.weight": arrays_of(model)["transformer.wte.weight"]}),
    "sharded": sharded,
    "file": lambda folder, model: write(folder, arrays_of(model)) / "model.safetensors",
    "pickle": pickled,
    "old pickle": lambda folder, model: pickled(folder, model,
                                                _use_new_zipfile_serialization=False),
    "sharded pickles": sharded_pickles,
    "tensorflow": openai,
    "tensorflow prefix": lambda folder, model: openai(folder, model) / "model.ckpt",
    "tensorflow data": lambda folder, model: openai(folder, model)
    / "model.ckpt.data-00000-of-00001",
}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_gives_the_same_parameters(tmp_path, model, expected, form):
    source = FORMATS[form](tmp_path / "model", model)
    config, parameters = read_pretrained(source, None, read_torch)
    assert config == replace(TINY, dropout=0.1)
    assert list(parameters) == list(expected)
    for name, array in expected.items():
        assert parameters[name].dtype == np.float32
        np.testing.assert_array_equal(parameters[name], array)


def test_parameters_are_those_of_transformers(model, expected):
    theirs = model.state_dict()
    np.testing.assert_array_equal(expected["blocks.1.attention.qkv.weight"],
                                  theirs["transformer.h.1.attn.c_attn.weight"].T)
    np.testing.assert_array_equal(expected["blocks.0.attention.out.weight"],
                                  theirs["transformer.h.0.attn.c_proj.weight"].T)
    np.testing.assert_array_equal(expected["final_norm.bias"], theirs["transformer.ln_f.bias"])


def test_a_head_of_its_own_is_noticed(tmp_path, model):
    """transformers, too, lets the weights decide where config.json says otherwise."""
    arrays = arrays_of(model)
    arrays["lm_head.weight"] = arrays["transformer.wte.weight"] + 1
    config, parameters = read_pretrained(write(tmp_path, arrays), None, read_torch)
    assert not config.tie_embeddings
    np.testing.assert_array_equal(parameters["head.weight"], arrays["lm_head.weight"])
    with pytest.raises(ValueError, match=r"unexpected lm_head\.weight"):
        read_pretrained(tmp_path, TINY, read_torch)


def test_half_precision_and_double(tmp_path, model, expected):
    from safetensors.torch import save_file as save_torch

    (tmp_path / "config.json").write_text(config_text(TINY, "float32"))
    for dtype in (torch.bfloat16, torch.float16, torch.float64):
        weights = {name: parameter.detach().to(dtype)
                   for name, parameter in model.named_parameters()}
        save_torch(weights, tmp_path / "model.safetensors")
        _, parameters = read_pretrained(tmp_path, None, read_torch)
        wide = np.float64 if dtype == torch.float64 else np.float32
        exact = weights["transformer.h.0.mlp.c_fc.weight"].to(
            torch.float64 if wide == np.float64 else torch.float32).numpy()
        assert all(array.dtype == wide for array in parameters.values())
        np.testing.assert_array_equal(parameters["blocks.0.feed_forward.up.weight"], exact.T)


def test_missing_unexpected_and_misshapen_tensors_are_listed(tmp_path, model):
    arrays = arrays_of(model)
    del arrays["transformer.h.1.ln_2.bias"]
    arrays["transformer.h.0.mlp.c_fc.weight"] = arrays["transformer.h.0.mlp.c_fc.weight"].T
    arrays["transformer.extra"] = np.zeros(3, np.float32)
    write(tmp_path, arrays)
    with pytest.raises(ValueError) as error:
        read_pretrained(tmp_path, None, read_torch)
    message = str(error.value)
    assert message.startswith(f"{tmp_path / 'model.safetensors'}: these weights do not fit")
    assert "missing transformer.h.1.ln_2.bias" in message
    assert "unexpected transformer.extra" in message
    assert "transformer.h.0.mlp.c_fc.weight is (32, 8) instead of (8, 32)" in message
    assert "it holds 2 blocks of width 8, 6 positions and 11 tokens" in message


def empty_of(config):
    """Arrays of a published size's shapes that take no memory."""
    from twinformer.models.initialisation import parameter_shapes
    from twinformer.pretrained.formats.gpt2_names import HUGGING_FACE, is_turned

    zero = np.zeros((), np.float32)
    return {HUGGING_FACE(name): np.broadcast_to(
        zero, shape[::-1] if is_turned(name) else shape)
        for name, shape in parameter_shapes(config).items()}


def test_a_size_mismatch_says_which_preset_fits(tmp_path, monkeypatch):
    medium = empty_of(PRESETS["gpt2-medium"])
    monkeypatch.setattr(reading, "open_weights", lambda path, read_torch: medium)
    file = tmp_path / "model.safetensors"
    file.touch()
    with pytest.raises(ValueError, match="the preset gpt2-medium fits this file") as error:
        read_pretrained(file, PRESETS["gpt2"], read_torch)
    assert "and " in str(error.value) and "more" in str(error.value)
    # of a published size, the weights alone are enough
    config, parameters = read_pretrained(file, None, read_torch)
    assert config == PRESETS["gpt2-medium"]
    assert parameters["blocks.23.attention.qkv.weight"].shape == (3072, 1024)


def test_a_preset_is_fetched_and_must_be_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    large = empty_of(PRESETS["gpt2-large"])
    monkeypatch.setattr(reading, "open_weights", lambda path, read_torch: large)
    monkeypatch.setattr(reading, "fetch", lambda name: tmp_path / name / "model.safetensors")
    config, _ = read_pretrained("gpt2-large", None, read_torch)
    assert config == PRESETS["gpt2-large"]
    with pytest.raises(ValueError, match="the preset gpt2-large fits this file"):
        read_pretrained("gpt2", None, read_torch)
    # a folder of that name comes first, as in transformers
    (tmp_path / "gpt2").mkdir()
    with pytest.raises(FileNotFoundError, match="the folder gpt2 holds no weights; expected one"):
        find_weights("gpt2")


def test_weights_alone_of_another_size_need_a_config(tmp_path, model):
    folder = write(tmp_path, arrays_of(model), config=None)
    with pytest.raises(ValueError, match=r"2 blocks of width 8.*do not tell the number of heads; "
                                         r"put the model's config\.json beside it"):
        read_pretrained(folder, None, read_torch)
    assert read_pretrained(folder, TINY, read_torch)[0] == TINY


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_reported(tmp_path, model, bad):
    arrays = {name: array.copy() for name, array in arrays_of(model).items()}
    arrays["transformer.h.1.attn.c_attn.weight"][3, 5] = bad
    arrays["transformer.ln_f.bias"][0] = bad
    write(tmp_path, arrays)
    with pytest.raises(ValueError, match=r"NaN or infinity among the weights, in "
                                         r"transformer\.h\.1\.attn\.c_attn\.weight, "
                                         r"transformer\.ln_f\.bias; the file is damaged"):
        read_pretrained(tmp_path, None, read_torch)


def test_quantised_weights_are_refused(tmp_path, model):
    arrays = arrays_of(model)
    arrays["transformer.wpe.weight"] = arrays["transformer.wpe.weight"].astype(np.int8)
    with pytest.raises(ValueError, match=r"transformer\.wpe\.weight \(int8\); quantised"):
        read_pretrained(write(tmp_path, arrays), None, read_torch)


def test_files_of_something_else_are_refused(tmp_path):
    save_file({"model.embed": np.zeros(3, np.float32)}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"holds no GPT-2: there is no wte among its 1 tensors "
                                         r"\(model\.embed\)"):
        read_pretrained(tmp_path, None, read_torch)
    with pytest.raises(ValueError, match=r"missing transformer\.wte|missing wte.*holds no GPT-2"):
        read_pretrained(tmp_path, TINY, read_torch)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(ValueError, match=r"notes\.txt is of no format known here"):
        read_pretrained(tmp_path / "notes.txt", None, read_torch)
    with pytest.raises(FileNotFoundError, match="no published size of that name; those are gpt2"):
        read_pretrained("gpt3", None, read_torch)


def test_broken_sets_of_shards_are_refused(tmp_path, model):
    folder = sharded(tmp_path / "whole", model)
    index = folder / "model.safetensors.index.json"
    content = json.loads(index.read_text())
    shards = sorted(set(content["weight_map"].values()))
    two = list(content["weight_map"])[:2]

    copy = shutil.copytree(folder, tmp_path / "lost")
    (copy / shards[1]).unlink()
    with pytest.raises(FileNotFoundError, match=f"there is no file .*{shards[1]}"):
        read_pretrained(copy, None, read_torch)

    swapped = dict(content["weight_map"])
    swapped[two[0]] = next(s for s in shards if s != swapped[two[0]])
    index.write_text(json.dumps({"weight_map": swapped}))
    with pytest.raises(ValueError, match=f"lacks {two[0]}, which model.safetensors.index.json"):
        read_pretrained(folder, None, read_torch)
    for bad in ("[]", "{", '{"weight_map": 3}', '{"weight_map": {"a": "../b.safetensors"}}',
                '{"weight_map": {"a": 3}}'):
        index.write_text(bad)
        with pytest.raises(ValueError, match="is no index of shards"):
            read_pretrained(folder, None, read_torch)


def test_a_model_without_offsets_reads_the_zeros_that_stand_for_them(tmp_path, model):
    """transformers has no other way to write such a model."""
    bare = GPT2Config(vocab_size=11, context_length=6, d_model=8, n_heads=2, n_layers=2,
                      qkv_bias=False)
    arrays = {name: array * (0 if "c_attn.bias" in name else 1)
              for name, array in arrays_of(model).items()}
    config, parameters = read_pretrained(write(tmp_path, arrays, bare), None, read_torch)
    assert config == bare and "blocks.0.attention.qkv.bias" not in parameters
    arrays["transformer.h.0.attn.c_attn.bias"] = np.ones(24, np.float32)
    with pytest.raises(ValueError, match=r"unexpected transformer\.h\.0\.attn\.c_attn\.bias"):
        read_pretrained(write(tmp_path, arrays, bare), None, read_torch)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod.", "model."])
def test_weights_of_a_wrapped_model(model, expected, tmp_path, prefix):
    model.config.save_pretrained(tmp_path)
    torch.save({prefix + name: tensor for name, tensor in model.state_dict().items()},
               tmp_path / "pytorch_model.bin")
    found = read_pretrained(tmp_path, None, read_torch)[1]
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)


def test_a_refusal_shows_names_of_the_file(model, tmp_path):
    model.config.save_pretrained(tmp_path)
    torch.save({"net.layer": torch.zeros(2)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(ValueError, match=r"its names are net\.layer"):
        read_pretrained(tmp_path, None, read_torch)
