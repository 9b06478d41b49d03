"""What stands in an adapter's files, and that nothing is lost in them."""
import json

import numpy as np
import pytest
from safetensors import safe_open

import numpy_impl.finetuning.lora_adapters as ours
from twinformer.adapters.files import read_adapter
from twinformer.adapters.names import our_name, peft_name
from numpy_impl.finetuning.freezing import train_only
from numpy_impl.finetuning.lora_model import (
    is_lora, lora_layers, merge, merged_parameters,
)
from numpy_impl.models.pretrained import load_pretrained, save_pretrained
from twinformer.io.safetensors_io import read_safetensors

from .adapters import IDS, SIDES, classifier, with_lora


@SIDES
def test_both_packages_write_the_same(tmp_path, side, load):
    model = with_lora(tmp_path / "base")
    ours.save_adapter(model, tmp_path / "first", base="gpt2")
    again = load(tmp_path / "base")
    side.load_adapter(again, tmp_path / "first")
    side.save_adapter(again, tmp_path / "second", base="gpt2")
    names = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert names == ["adapter_config.json", "adapter_model.safetensors"]
    config, tensors = ([folder / name for folder in (tmp_path / "first", tmp_path / "second")]
                       for name in names)
    assert config[0].read_bytes() == config[1].read_bytes()
    first, second = map(read_safetensors, tensors)
    np.testing.assert_equal(first, second)
    headers = []
    for path in tensors:
        with safe_open(path, "numpy") as file:
            headers.append(file.metadata())
    assert headers[0] == headers[1] and headers[0].keys() == {"format", "twinformer"}


def test_what_is_in_them(tmp_path):
    model = with_lora(tmp_path / "base", targets=["qkv", "blocks.1.feed_forward.up"], dropout=0.25)
    ours.save_adapter(model, tmp_path / "lora", base="gpt2")
    config = json.loads((tmp_path / "lora" / "adapter_config.json").read_text("utf-8"))
    assert config["base_model_name_or_path"] == "gpt2" and config["lora_dropout"] == 0.25
    # a rank of 2 for each of queries, keys and values is one of 6 for all, at the same scale
    assert (config["r"], config["lora_alpha"]) == (6, 9)
    assert config["rank_pattern"] == {"transformer.h.1.mlp.c_fc": 2}
    assert config["alpha_pattern"] == {"transformer.h.1.mlp.c_fc": 3}
    tensors = read_safetensors(tmp_path / "lora" / "adapter_model.safetensors")
    assert {name: array.shape for name, array in tensors.items()} == {
        "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight": (6, 8),
        "base_model.model.transformer.h.0.attn.c_attn.lora_B.weight": (24, 6),
        "base_model.model.transformer.h.1.attn.c_attn.lora_A.weight": (6, 8),
        "base_model.model.transformer.h.1.attn.c_attn.lora_B.weight": (24, 6),
        "base_model.model.transformer.h.1.mlp.c_fc.lora_A.weight": (2, 8),
        "base_model.model.transformer.h.1.mlp.c_fc.lora_B.weight": (32, 2)}


def test_parts_come_back_as_parts(tmp_path):
    model = with_lora(tmp_path / "base")
    ours.save_adapter(model, tmp_path / "lora")
    loaded = load_pretrained(tmp_path / "base")
    ours.load_adapter(loaded, tmp_path / "lora")
    for name, layer in lora_layers(loaded).items():
        saved = lora_layers(model)[name]
        assert (layer.parts, layer.alpha, layer.scale) == (saved.parts, saved.alpha, saved.scale)
        np.testing.assert_array_equal(layer.A, saved.A)
        np.testing.assert_array_equal(layer.B, saved.B)


def test_float32_stays_float32(tmp_path):
    model = with_lora(tmp_path / "base").to(np.float32)
    train_only(model, is_lora)
    ours.save_adapter(model, tmp_path / "lora")
    for name, (A, B, _, _) in read_adapter(tmp_path / "lora").layers.items():
        assert A.dtype == B.dtype == np.float32
        np.testing.assert_array_equal(A, lora_layers(model)[name].A)


def test_a_merged_adapter_is_a_plain_model(tmp_path):
    model = with_lora(tmp_path / "base")
    ours.save_adapter(model, tmp_path / "lora")
    loaded = load_pretrained(tmp_path / "base")
    ours.load_adapter(loaded, tmp_path / "lora")
    merge(loaded)
    save_pretrained(loaded, tmp_path / "merged")
    np.testing.assert_allclose(load_pretrained(tmp_path / "merged").forward(IDS)[0],
                               model.forward(IDS)[0], rtol=1e-9, atol=1e-12)


@SIDES
def test_what_learns_in_a_classifier_beside_its_head(tmp_path, side, load):
    """Is saved whole as well, with a head that is trained or has LoRA."""
    for targets in (("blocks.*",), ("blocks.*", "head")):
        model = classifier(tmp_path / "base", True, targets)
        train_only(model, lambda name: is_lora(name) or name.startswith("final_norm.")
                   or name in ("head.weight", "head.bias"))
        model.final_norm.weight += 0.5
        ours.save_adapter(model, tmp_path / "lora")
        again = load(tmp_path / "base")
        side.load_adapter(again, tmp_path / "lora")
        side.save_adapter(again, tmp_path / "again")
        for folder in ("lora", "again"):
            whole, merged = read_adapter(tmp_path / folder).whole, merged_parameters(model)
            assert set(whole) == {"head.weight", "head.bias", "final_norm.weight",
                                  "final_norm.bias"}
            for name, array in whole.items():
                np.testing.assert_array_equal(array, merged[name], name)


@pytest.mark.parametrize("name", ["blocks.0.attention.qkv", "blocks.11.feed_forward.down.weight",
                                  "blocks.3.norm1.bias", "final_norm.weight", "head",
                                  "token_embedding.weight", "position_embedding", "head.weight"])
def test_names_there_and_back(name):
    for classifier_head in (False, True):
        there = peft_name(name, classifier_head)
        assert our_name(there) == our_name("base_model.model." + there) == name
    assert our_name(there.removeprefix("transformer.")) == name
