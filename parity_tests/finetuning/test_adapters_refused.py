"""Adapters that are refused: the message names what is wrong, and the model stays
as it was."""
import json
from dataclasses import replace

import numpy as np
import pytest

import numpy_impl.finetuning.lora_adapters as ours
from numpy_impl.finetuning.freezing import train_only
from numpy_impl.finetuning.lora_model import is_lora
from numpy_impl.models.parameters import get_parameters
from numpy_impl.models.pretrained import load_pretrained
from twinformer.io.safetensors_io import read_safetensors, write_safetensors
from torch_impl.models.parameters import get_parameters as get_torch_parameters

from ..models.checkpoints import TINY
from .adapters import SIDES, classifier, random_base, with_lora


def untouched(side, load, base, folder, message, error=ValueError):
    """load_adapter refuses with this message and leaves the model as it was."""
    model = load(base)
    before = {name: array.copy() for name, array in
              (get_parameters if side is ours else get_torch_parameters)(model).items()}
    with pytest.raises(error, match=message):
        side.load_adapter(model, folder)
    after = (get_parameters if side is ours else get_torch_parameters)(model)
    assert list(after) == list(before)
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array)


@SIDES
@pytest.mark.parametrize("change, message", [
    ({"d_model": 12}, r"for another base, gpt2-tiny: blocks.0.attention.qkv is \(36, 12\) here, "
                      r"\(24, 8\) there"),
    ({"n_layers": 1}, "for another base, gpt2-tiny: blocks.1.attention.qkv is not in this model")])
def test_an_adapter_for_another_shape(tmp_path, side, load, change, message):
    ours.save_adapter(with_lora(tmp_path / "base"), tmp_path / "lora", base="gpt2-tiny")
    random_base(tmp_path / "other", config=replace(TINY, **change))
    untouched(side, load, tmp_path / "other", tmp_path / "lora", message)


@SIDES
@pytest.mark.parametrize("head", [False, True])
def test_an_adapter_for_other_weights_of_the_same_shape(tmp_path, side, load, head):
    model = (classifier(tmp_path / "base", True, ("blocks.*",)) if head
             else with_lora(tmp_path / "base"))
    ours.save_adapter(model, tmp_path / "lora", base="gpt2-tiny")
    random_base(tmp_path / "other", seed=1)
    untouched(side, load, tmp_path / "other", tmp_path / "lora",
              "another base, gpt2-tiny: this model has the same shape and other weights")


def test_one_weight_moved_by_one_bit_is_another_base(tmp_path):
    model = with_lora(tmp_path / "base").to(np.float32)
    train_only(model, is_lora)
    ours.save_adapter(model, tmp_path / "lora")
    base = load_pretrained(tmp_path / "base").to(np.float32)
    base.blocks[1].norm1.bias[0] = np.nextafter(base.blocks[1].norm1.bias[0], np.float32(9))
    with pytest.raises(ValueError, match="other weights"):
        ours.load_adapter(base, tmp_path / "lora")


@SIDES
@pytest.mark.parametrize("field, value", [
    ("use_dora", True), ("bias", "all"), ("bias", "lora_only"), ("lora_bias", True),
    ("layer_replication", [[0, 1]]), ("trainable_token_indices", [1]), ("use_qalora", True),
    ("target_parameters", ["x"]), ("alora_invocation_tokens", [1]),
    ("init_lora_weights", "pissa"), ("a_field_of_the_future", {"on": 1})])
def test_what_lora_here_does_not_compute_is_refused_by_name(tmp_path, side, load, field, value):
    ours.save_adapter(with_lora(tmp_path / "base"), tmp_path / "lora")
    path = tmp_path / "lora" / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    untouched(side, load, tmp_path / "base", tmp_path / "lora",
              f"asks for {field} = .*, which LoRA here does not compute")


@SIDES
@pytest.mark.parametrize("change, message", [
    ({"peft_type": "PREFIX_TUNING"}, "no adapter of LoRA"), ({"peft_type": None}, "no adapter of"),
    ({"r": 3}, r"for a rank of 3, as its config says, .* has A \(2, 8\)"),
    ({"r": "many"}, "ranks are whole numbers"), ({"r": 0}, "ranks are whole numbers"),
    ({"lora_alpha": -1}, "expected positive alphas"),
    ({"lora_dropout": 1.5}, r"must be in \[0, 1\), got 1.5"),
    ({"lora_dropout": "half"}, "got 'half'"),
    ({"modules_to_save": "wte"}, "modules_to_save is no list of names, got 'wte'"),
    ({"modules_to_save": ["lm_head"]}, "modules_to_save names lm_head.weight, which is not in"),
    ({"modules_to_save": ["ln_f"]}, "names transformer.ln_f.weight, which is not in the file"),
    ({"rank_pattern": {"(": 3}}, "rank_pattern"), ({"alpha_pattern": [1]}, "alpha_pattern")])
def test_a_config_that_says_nonsense(tmp_path, side, load, change, message):
    ours.save_adapter(with_lora(tmp_path / "base", separate_qkv=False), tmp_path / "lora")
    path = tmp_path / "lora" / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    untouched(side, load, tmp_path / "base", tmp_path / "lora", message)


def rewritten(folder, change):
    path = folder / "adapter_model.safetensors"
    tensors = {name: array.copy() for name, array in read_safetensors(path).items()}
    change(tensors)
    write_safetensors(path, tensors)


FIRST = "base_model.model.transformer.h.0.attn.c_attn.lora_B.weight"


@SIDES
@pytest.mark.parametrize("change, message", [
    (lambda tensors: tensors.pop(FIRST), "of transformer.h.0.attn.c_attn only A is there"),
    (lambda tensors: tensors[FIRST].fill(np.nan), f"NaN or infinity in {FIRST}"),
    (lambda tensors: tensors.update({"base_model.model.model.layers.0.q_proj.lora_A.weight":
                                     tensors[FIRST]}), "is in no gpt2"),
    (lambda tensors: tensors.update({"base_model.model.transformer.ln_f.weight": np.ones(9)}),
     r"final_norm.weight is \(8,\) here, \(9,\) there"),
    (lambda tensors: tensors.update({"base_model.model.score.weight": np.ones((3, 9))}),
     r"its head is \(3, 9\) and \(3,\), for a width of 8"),
    (lambda tensors: tensors.update({"base_model.model.score.bias": np.ones(3)}),
     "the head's own weights are not in the file"),
    (lambda tensors: tensors.update({"base_model.model.lm_head.lora_A.weight": np.ones((2, 8)),
                                     "base_model.model.lm_head.lora_B.weight": np.ones((12, 2))}),
     r"head is \(11, 8\) here, \(12, 8\) there"),
    (lambda tensors: tensors.update({"base_model.model.transformer.wte.weight": np.ones((11, 8)),
                                     "base_model.model.lm_head.weight": np.zeros((11, 8))}),
     "an embedding and another output layer, and modules_to_save names neither"),
    (lambda tensors: tensors.update({"base_model.model.lm_head.weight": np.ones((12, 8))}),
     r"token_embedding.weight is \(11, 8\) here, \(12, 8\) there"),
    (lambda tensors: tensors.clear(), "there is no lora_A among its 0 tensors")])
def test_tensors_that_are_no_adapter_of_this_model(tmp_path, side, load, change, message):
    ours.save_adapter(with_lora(tmp_path / "base", separate_qkv=False), tmp_path / "lora")
    rewritten(tmp_path / "lora", change)
    untouched(side, load, tmp_path / "base", tmp_path / "lora", message)


@SIDES
@pytest.mark.parametrize("name", ["adapter_config.json", "adapter_model.safetensors"])
def test_missing_and_damaged_files(tmp_path, side, load, name):
    ours.save_adapter(with_lora(tmp_path / "base"), tmp_path / "lora")
    (tmp_path / "lora" / name).write_bytes(b"[1, 2")
    untouched(side, load, tmp_path / "base", tmp_path / "lora", "no JSON object|damaged")
    (tmp_path / "lora" / name).unlink()
    untouched(side, load, tmp_path / "base", tmp_path / "lora", name, FileNotFoundError)


@SIDES
def test_what_no_adapter_can_hold(tmp_path, side, load):
    model = load_after = load(random_folder(tmp_path))
    with pytest.raises(ValueError, match="no block of this model has LoRA"):
        side.save_adapter(model, tmp_path / "lora")
    ours.save_adapter(with_lora(tmp_path / "base"), tmp_path / "lora")
    side.load_adapter(load_after, tmp_path / "lora")
    with pytest.raises(ValueError, match="LoRA already"):
        side.load_adapter(load_after, tmp_path / "lora")
    if side is ours:
        train_only(model, lambda name: True)
    else:
        model.requires_grad_(True)
    with pytest.raises(ValueError, match="learns, and LoRA beside it"):
        side.save_adapter(model, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def random_folder(tmp_path):
    random_base(tmp_path / "base")
    return tmp_path / "base"
