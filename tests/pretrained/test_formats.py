"""Formats of a few kinds only: Meta's, llama2.c's, numbers of four bits, files in parts."""
import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from torch_impl.models.torch_io import read_torch
from twinformer.architectures.kinds import ENCODERS, KINDS
from twinformer.architectures.llama import LLAMA_PRESETS
from twinformer.io.safetensors_io import StoredTensor, open_safetensors, read_safetensors
from twinformer.models.initialisation import initial_parameters
from twinformer.pretrained.formats.llama2c import is_llama2c
from twinformer.pretrained.formats.mxfp4 import unpacked
from twinformer.pretrained.formats.registry import FORMATS, REPOSITORIES, config_text, format_of
from twinformer.pretrained.formats.settings import Settings
from twinformer.pretrained.reading import published, read_pretrained
from twinformer.pretrained.recently_used import RecentlyUsed
from twinformer.pretrained.shards import split
from twinformer.pretrained.writing import write_pretrained

from parity_tests.models.architectures import CASES, hugging_face_of

LLAMA = CASES["llama"].__class__(
    vocab_size=11, context_length=131072, d_model=8, n_heads=4, n_kv_heads=2, head_dim=2,
    d_hidden=6, n_layers=2, rope_theta=500000.0, rope_factor=8.0, rope_interleaved=True)


# -- Meta's ------------------------------------------------------------------

META = {"token_embedding": "tok_embeddings", "final_norm": "norm", "head": "output",
        "attention.q": "attention.wq", "attention.k": "attention.wk",
        "attention.v": "attention.wv", "attention.out": "attention.wo",
        "feed_forward.gate": "feed_forward.w1",
        "feed_forward.down": "feed_forward.w2", "feed_forward.up": "feed_forward.w3",
        "norm1": "attention_norm", "norm2": "ffn_norm"}


def meta_folder(folder, parameters, **changes):
    weights = {}
    for name, array in parameters.items():
        *block, stem = name.removesuffix(".weight").split(".", 2) if "blocks" in name else [
            name.removesuffix(".weight")]
        before = f"layers.{block[1]}." if block else ""
        weights[f"{before}{META[stem]}.weight"] = torch.from_numpy(array).bfloat16()
    torch.save(weights | {"rope.freqs": torch.ones(1)}, folder / "consolidated.00.pth")
    (folder / "params.json").write_text(json.dumps({
        "dim": 8, "n_heads": 4, "n_kv_heads": 2, "n_layers": 2, "norm_eps": 1e-5,
        "rope_theta": 500000.0, "use_scaled_rope": True, "vocab_size": 11, "multiple_of": 256,
        "ffn_dim_multiplier": 1.5} | changes))
    return folder


@pytest.fixture
def parameters():
    return {name: torch.from_numpy(array).bfloat16().float().numpy()
            for name, array in initial_parameters(LLAMA, 4).items()}


def test_metas_own_files(tmp_path, parameters):
    config, found = read_pretrained(meta_folder(tmp_path, parameters), None, read_torch)
    assert config == LLAMA and found.keys() == parameters.keys()
    for name, array in parameters.items():
        np.testing.assert_array_equal(found[name], array)
    written = tmp_path / "again"        # and in Hugging Face's order, its rows change places
    write_pretrained(config, found, written)
    back = read_pretrained(written, LLAMA, read_torch)[1]
    np.testing.assert_array_equal(back["blocks.0.attention.q.weight"],
                                  parameters["blocks.0.attention.q.weight"])


def test_metas_files_are_refused_by_name(tmp_path, parameters):
    folder = meta_folder(tmp_path, parameters)
    with pytest.raises(ValueError, match="NumPy cannot read safely"):
        from numpy_impl.models.torch_io import read_torch as no_torch
        read_pretrained(folder, None, no_torch)
    (folder / "consolidated.01.pth").touch()
    with pytest.raises(ValueError, match="one of several files, each of which has a part"):
        read_pretrained(folder, None, read_torch)
    (folder / "consolidated.01.pth").unlink()
    meta_folder(folder, parameters, moe_args={"num_experts": 16})
    with pytest.raises(ValueError, match="moe_args is"):
        read_pretrained(folder, None, read_torch)
    (folder / "params.json").unlink()
    with pytest.raises(ValueError, match=r"needs the params\.json that Meta has beside it"):
        read_pretrained(folder, None, read_torch)


def test_by_how_much_a_release_of_metas_was_stretched():
    from twinformer.pretrained.formats.meta import release_factor

    for name in ("llama-3.2-1b", "llama-3.2-3b"):
        assert release_factor(LLAMA_PRESETS[name].d_model) == LLAMA_PRESETS[name].rope_factor == 32
    assert release_factor(4096) == 8


# -- llama2.c's --------------------------------------------------------------

def llama2c_file(path, own_head=False, seed=0):
    """2 layers, 4 heads of 2, 2 of keys, 11 tokens, 5 positions; and its arrays"""
    shapes = {"token_embedding_table": (11, 8), "rms_att": (2, 8), "wq": (2, 8, 8),
              "wk": (2, 4, 8), "wv": (2, 4, 8), "wo": (2, 8, 8), "rms_ffn": (2, 8),
              "w1": (2, 6, 8), "w2": (2, 8, 6), "w3": (2, 6, 8), "rms_final": (8,),
              "freq_real": (5, 1), "freq_imag": (5, 1)}
    if own_head:
        shapes["wcls"] = (11, 8)
    draw = np.random.default_rng(seed)
    arrays = {name: draw.standard_normal(shape, np.float32) for name, shape in shapes.items()}
    header = np.array([8, 6, 2, 4, 2, -11 if own_head else 11, 5], "<i4")
    path.write_bytes(header.tobytes() + b"".join(a.tobytes() for a in arrays.values()))
    return arrays


@pytest.mark.parametrize("own_head", [False, True])
def test_llama2c(tmp_path, own_head):
    arrays = llama2c_file(tmp_path / "model.bin", own_head)
    config, found = read_pretrained(tmp_path / "model.bin", None, read_torch)
    assert (config.rope_interleaved, config.tie_embeddings) == (True, not own_head)
    assert (config.n_heads, config.n_kv_heads, config.context_length) == (4, 2, 5)
    for name, array in {"blocks.1.attention.q.weight": arrays["wq"][1],
                        "blocks.0.feed_forward.up.weight": arrays["w3"][0],
                        "blocks.0.feed_forward.down.weight": arrays["w2"][0],
                        "blocks.1.norm2.weight": arrays["rms_ffn"][1],
                        "final_norm.weight": arrays["rms_final"]}.items():
        np.testing.assert_array_equal(found[name], array)
    assert ("head.weight" in found) == own_head


def test_llama2c_is_told_from_pickles(tmp_path):
    path = tmp_path / "model.bin"
    llama2c_file(path)
    assert is_llama2c(path)
    path.write_bytes(path.read_bytes() + b"more")
    assert not is_llama2c(path)
    torch.save({"a": torch.zeros(3)}, path)
    assert not is_llama2c(path)
    for content in (b"", b"short", bytes(28), np.full(7, -3, "<i4").tobytes()):
        path.write_bytes(content)
        assert not is_llama2c(path)
    path.write_bytes(np.array([0x616B3432, 1, *[1] * 60], "<i4").tobytes())
    with pytest.raises(ValueError, match="is of version 1 of llama2.c's format"):
        read_pretrained(path, None, read_torch)


# -- four bits a number ------------------------------------------------------

def test_numbers_of_four_bits_are_unpacked_as_by_transformers():
    from transformers.integrations.mxfp4 import convert_moe_packed_tensors

    draw = np.random.default_rng(0)
    blocks = draw.integers(0, 256, (3, 4, 2, 16), np.uint8)
    scales = draw.integers(100, 150, (3, 4, 2), np.uint8)
    theirs = convert_moe_packed_tensors(torch.from_numpy(blocks), torch.from_numpy(scales),
                                        dtype=torch.float32)
    ours = np.stack([unpacked(b, s).T for b, s in zip(blocks, scales, strict=True)])
    np.testing.assert_array_equal(ours, theirs.numpy())


def test_all_sixteen_numbers():
    every = np.arange(16, dtype=np.uint8)
    blocks = (every | every << 4).reshape(1, 1, 16)
    numbers = unpacked(blocks, np.full((1, 1), 128, np.uint8))[0]
    positive = [0, 1, 2, 3, 4, 6, 8, 12]
    np.testing.assert_array_equal(numbers, np.repeat(
        positive + [-number for number in positive], 2))


def packed_folder(folder):
    """A gpt-oss whose experts are of four bits, as they are published."""
    config = CASES["gpt_oss"].__class__(
        vocab_size=11, context_length=16, d_model=32, n_heads=4, n_kv_heads=2, head_dim=4,
        d_hidden=32, n_layers=2, n_experts=3, n_active=2, window_size=3)
    model = hugging_face_of(config)
    model.save_pretrained(folder)
    arrays = read_safetensors(folder / "model.safetensors")
    draw, exact = np.random.default_rng(0), {}
    for name in [name for name in arrays if name.endswith(("gate_up_proj", "down_proj"))]:
        E, inputs, outputs = arrays.pop(name).shape
        blocks = draw.integers(0, 256, (E, outputs, inputs // 32, 16), np.uint8)
        scales = draw.integers(120, 126, (E, outputs, inputs // 32), np.uint8)
        arrays |= {f"{name}_blocks": blocks, f"{name}_scales": scales}
        exact[name] = np.stack([unpacked(b, s).T for b, s in zip(blocks, scales, strict=True)])
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()},
              folder / "model.safetensors")
    content = json.loads((folder / "config.json").read_text())
    content["quantization_config"] = {"quant_method": "mxfp4"}
    (folder / "config.json").write_text(json.dumps(content))
    return config, exact, arrays


def test_gpt_oss_as_it_is_published(tmp_path):
    config, exact, arrays = packed_folder(tmp_path)
    found_config, found = read_pretrained(tmp_path, None, read_torch)
    assert found_config == config
    for layer in range(2):
        before = f"model.layers.{layer}.mlp.experts."
        for e in range(3):
            ours = f"blocks.{layer}.feed_forward.experts.{e}."
            gate_up = exact[f"{before}gate_up_proj"][e]
            np.testing.assert_array_equal(found[f"{ours}gate.weight"], gate_up[:, ::2].T)
            np.testing.assert_array_equal(found[f"{ours}up.weight"], gate_up[:, 1::2].T)
            np.testing.assert_array_equal(found[f"{ours}down.weight"],
                                          exact[f"{before}down_proj"][e].T)
            np.testing.assert_array_equal(found[f"{ours}up.bias"],
                                          arrays[f"{before}gate_up_proj_bias"][e, 1::2])


def test_blocks_that_have_no_scales_are_refused(tmp_path):
    _, _, arrays = packed_folder(tmp_path)
    del arrays["model.layers.1.mlp.experts.down_proj_scales"]
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()},
              tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"layers\.1\.mlp\.experts\.down_proj_blocks is "):
        read_pretrained(tmp_path, None, read_torch)


# -- all of them -------------------------------------------------------------

@pytest.mark.parametrize("case", [name for name in CASES if "," not in name])
def test_missing_unexpected_and_misshapen_tensors_are_listed(tmp_path, case):
    hugging_face_of(CASES[case]).save_pretrained(tmp_path)
    arrays = read_safetensors(tmp_path / "model.safetensors")
    del arrays["model.layers.1.self_attn.k_proj.weight"]
    arrays["model.layers.0.self_attn.v_proj.weight"] = np.zeros((3, 3), np.float32)
    arrays["model.extra"] = np.zeros(3, np.float32)
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()},
              tmp_path / "model.safetensors")
    with pytest.raises(ValueError) as error:
        read_pretrained(tmp_path, None, read_torch)
    for words in ("missing model.layers.1.self_attn.k_proj.weight", "unexpected model.extra",
                  "model.layers.0.self_attn.v_proj.weight is (3, 3) instead of (8, 8)",
                  "the config is of 3 blocks of width 8 and 11 tokens"):
        assert words in str(error.value)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "policy."])
def test_weights_of_a_wrapped_or_bare_model(tmp_path, prefix):
    config = CASES["qwen3"]
    model = hugging_face_of(config)
    model.save_pretrained(tmp_path)
    expected = read_pretrained(tmp_path, None, read_torch)[1]
    arrays = read_safetensors(tmp_path / "model.safetensors")
    for rename in (lambda name: prefix + name, lambda name: name.removeprefix("model.")):
        save_file({rename(name): np.array(array) for name, array in arrays.items()},
                  tmp_path / "model.safetensors")
        found = read_pretrained(tmp_path, None, read_torch)[1]
        for name, array in expected.items():
            np.testing.assert_array_equal(found[name], array)


def test_weights_alone_need_a_config(tmp_path):
    hugging_face_of(CASES["llama"]).save_pretrained(tmp_path)
    (tmp_path / "config.json").unlink()
    with pytest.raises(ValueError, match=r"no config\.json beside it"):
        read_pretrained(tmp_path, None, read_torch)
    assert read_pretrained(tmp_path, CASES["llama"], read_torch)[0] == CASES["llama"]


def test_a_new_model_replaces_all_files_of_an_old_one(tmp_path):
    """Whole over shards and shards over whole: what is left would be read in its place."""
    config = CASES["llama"]
    for seed, shard_bytes in ((1, 700), (2, 10**9), (3, 900), (4, 500)):
        parameters = initial_parameters(config, seed)
        write_pretrained(config, parameters, tmp_path, shard_bytes=shard_bytes)
        found = read_pretrained(tmp_path, None, read_torch)[1]
        np.testing.assert_array_equal(found["token_embedding.weight"],
                                      parameters["token_embedding.weight"])
        index = tmp_path / "model.safetensors.index.json"
        named = set(json.loads(index.read_text())["weight_map"].values()) if (
            index.exists()) else {"model.safetensors"}
        assert {path.name for path in tmp_path.glob("*.safetensors")} == named


def test_every_published_config_is_read_as_it_is_written(tmp_path):
    for name, config in published().items():
        (tmp_path / "config.json").write_text(config_text(config, "float32"))
        settings = Settings.read(tmp_path / "config.json")
        if name != "stories260k":       # its rows change places
            assert format_of(settings).read_config(settings) == config, name


def test_shards_are_filled_in_order():
    assert split({"a": 3, "b": 3, "c": 9, "d": 1}, 6) == [["a", "b"], ["c"], ["d"]]
    assert split({}, 6) == [[]]


def test_every_preset_has_its_repository():
    assert published().keys() == REPOSITORIES.keys()
    assert FORMATS.keys() == KINDS.keys() | ENCODERS.keys()


# -- tensors that are still in their file ------------------------------------

@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_a_row_alone_is_the_row_of_the_whole(tmp_path, dtype, monkeypatch):
    from safetensors.torch import save_file as save_torch

    monkeypatch.setattr(StoredTensor, "PIECE", 7)       # so that there are several
    exact = torch.randn(5, 4, 6, dtype=torch.float64).to(dtype)
    save_torch({"other": torch.ones(3), "a": exact}, tmp_path / "x.safetensors")
    stored = open_safetensors(tmp_path / "x.safetensors")["a"]
    wide = exact.to(torch.float64 if dtype == torch.float64 else torch.float32).numpy()
    assert (stored.shape, stored.dtype) == (wide.shape, wide.dtype)
    np.testing.assert_array_equal(np.asarray(stored), wide)
    np.testing.assert_array_equal(stored.copy(), wide)
    np.testing.assert_array_equal(stored[3], wide[3])
    np.testing.assert_array_equal(stored[4, :, ::2], wide[4, :, ::2])
    np.testing.assert_array_equal(stored[1:3], wide[1:3])


def test_what_was_used_longest_ago_is_given_up():
    cache = RecentlyUsed(10)

    def get(key, size=4):
        return cache.get(key, lambda: (key * 2, size))

    assert [get(1), get(2), get(1), get(3)] == [2, 4, 2, 6]
    assert list(cache.kept) == [1, 3] and cache.made == 3 and cache.filled == 8
    assert get(9, size=11) == 18 and list(cache.kept) == [1, 3]     # no room for it alone
    get(4, size=10)
    assert list(cache.kept) == [4] and cache.filled == 10


def test_a_preset_may_lie_in_a_folder_of_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hugging_face_of(CASES["llama"]).save_pretrained(tmp_path / "llama-3.2-1b")
    assert read_pretrained("llama-3.2-1b", None, read_torch)[0] == CASES["llama"]
    shutil.rmtree(tmp_path / "llama-3.2-1b")
