"""Adapters: the same logits in both packages and in peft, whoever wrote them;
and what is refused."""
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open

import numpy_impl.finetuning.lora_adapters as ours
import torch_impl.finetuning.lora_adapters as theirs
from twinformer.adapters.files import read_adapter
from twinformer.adapters.names import our_name, peft_name
from numpy_impl.finetuning.freezing import train_only
from numpy_impl.finetuning.lora_model import (
    add_lora, base_parameters, is_lora, lora_layers, merge,
)
from numpy_impl.layers.linear import Linear
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import get_parameters
from numpy_impl.models.pretrained import (
    load_pretrained, model_of, save_pretrained,
)
from twinformer.io.safetensors_io import read_safetensors, write_safetensors
from torch_impl.finetuning.lora_model import lora_layers as torch_lora_layers
from torch_impl.models.parameters import get_parameters as get_torch_parameters
from torch_impl.models.pretrained import load_pretrained as load_torch
from torch_impl.models.pretrained import model_of as torch_model_of

from ..agreement import assert_agree
from ..bounds import measured_bounds
from ..models.checkpoints import TINY, hugging_face

IDS = np.array([[1, 2, 3], [4, 5, 10]])
SIDES = pytest.mark.parametrize("side, load", [(ours, load_pretrained), (theirs, load_torch)],
                                ids=["numpy", "torch"])


def random_base(folder, seed=0, config=TINY):
    """A folder with a random GPT-2 in float64, and the model."""
    generator = np.random.default_rng(seed)
    model = model_of(config, {
        name: array + 0.3 * generator.standard_normal(array.shape)
        for name, array in initial_parameters(config, seed).items()})
    save_pretrained(model, folder)
    return model


def with_lora(folder, seed=0, config=TINY, **options):
    model = random_base(folder, seed, config)
    add_lora(model, **{"rank": 2, "alpha": 3.0} | options)
    generator = np.random.default_rng([seed, 1])
    for layer in lora_layers(model).values():
        layer.B[...] = generator.standard_normal(layer.B.shape)
    return model


def peft_of(base, folder, kind="GPT2LMHeadModel", **options):
    peft, transformers = pytest.importorskip("peft"), pytest.importorskip("transformers")
    model = getattr(transformers, kind).from_pretrained(
        base, dtype=torch.float64, attn_implementation="eager", **options)
    return peft.PeftModel.from_pretrained(model, folder)


def same_logits(peft, twin, model):
    """Of the reference's model and its twin, as peft's."""
    ids = torch.from_numpy(IDS)
    exact, bounds = measured_bounds(lambda: {"logits": peft(ids).logits},
                                    lambda: {"logits": twin(ids)})
    assert_agree(twin(ids), exact["logits"], bounds["logits"])
    assert_agree(model.forward(IDS)[0], exact["logits"], bounds["logits"])


OPTIONS = st.fixed_dictionaries({
    "rank": st.integers(1, 3), "alpha": st.sampled_from([1.0, 3, 8]),
    "targets": st.sampled_from(["blocks.*", "qkv", "feed_forward.*", "blocks.1.*", "out"]),
    "separate_qkv": st.booleans()})


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=settings.default.max_examples // 6)
@given(seed=st.integers(0, 2**16), options=OPTIONS)
def test_saved_by_us_the_same_logits_in_both_and_in_peft(tmp_path_factory, seed, options):
    folder = tmp_path_factory.mktemp("adapter")
    model = with_lora(folder / "base", seed, **options)
    ours.save_adapter(model, folder / "lora", base=str(folder / "base"))
    loaded, twin = load_pretrained(folder / "base"), load_torch(folder / "base")
    names = [side.load_adapter(one, folder / "lora")
             for side, one in ((ours, loaded), (theirs, twin))]
    assert names[0] == names[1] == list(lora_layers(model))
    peft = peft_of(folder / "base", folder / "lora")
    ids = torch.from_numpy(IDS)
    exact, bounds = measured_bounds(lambda: {"logits": peft(ids).logits},
                                    lambda: {"logits": twin(ids)})
    assert_agree(twin(ids), exact["logits"], bounds["logits"])
    assert_agree(loaded.forward(IDS)[0], exact["logits"], bounds["logits"])
    assert_agree(loaded.forward(IDS)[0], model.forward(IDS)[0], 2 * bounds["logits"])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("options", [
    {"target_modules": ["c_attn"]}, {"target_modules": ["c_attn", "c_proj", "c_fc"], "r": 3},
    {"target_modules": r".*h\.1\.mlp\.c_fc"}, {"target_modules": ["c_fc"], "use_rslora": True},
    {"target_modules": ["c_fc", "c_attn"], "rank_pattern": {"c_attn": 4},
     "alpha_pattern": {r"h.1.mlp\.c_fc": 5}, "use_rslora": True},
    {"target_modules": ["c_attn"], "modules_to_save": ["ln_f", "h.0.mlp.c_fc"]},
    {"target_modules": ["c_attn"], "lora_dropout": 0.25, "init_lora_weights": "gaussian"},
    {"target_modules": ["lm_head", "c_fc"], "untied": True}])
@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_saved_by_peft_the_same_logits_here(tmp_path, options, dtype):
    peft = pytest.importorskip("peft")
    options = dict(options)
    config = replace(TINY, tie_embeddings=not options.pop("untied", False))
    hugging_face(config, dtype=torch.float64).save_pretrained(tmp_path / "base")
    model = peft.get_peft_model(
        hugging_face(config, dtype=torch.float64),
        peft.LoraConfig(**{"r": 2, "lora_alpha": 3, "fan_in_fan_out": True,
                           "task_type": "CAUSAL_LM"} | options), autocast_adapter_dtype=False)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.normal_(generator=generator)
                parameter.copy_(parameter.to(dtype).double())
    for parameter in model.parameters():
        parameter.data = parameter.data.to(dtype if parameter.requires_grad else torch.float64)
    model.save_pretrained(tmp_path / "lora")
    model = model.double().eval()
    ids = torch.from_numpy(IDS)
    loaded, twin = load_pretrained(tmp_path / "base"), load_torch(tmp_path / "base")
    for side, one in ((ours, loaded), (theirs, twin)):
        side.load_adapter(one, tmp_path / "lora")
    exact, bounds = measured_bounds(lambda: {"logits": model(ids).logits},
                                    lambda: {"logits": twin(ids)})
    assert_agree(twin(ids), exact["logits"], bounds["logits"])
    assert_agree(loaded.forward(IDS)[0], exact["logits"], bounds["logits"])
    first = next(iter(lora_layers(loaded).values()))
    assert first.dropout.rate == options.get("lora_dropout", 0)


# -- embedding and output layer of a tied model -----------------------------------

@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("options", [
    {"modules_to_save": ["wte"]}, {"modules_to_save": ["wte"], "ensure_weight_tying": True},
    {"modules_to_save": ["lm_head"]}, {"modules_to_save": ["wte", "lm_head"]},
    {"modules_to_save": ["lm_head"], "ensure_weight_tying": True}, {"modules_to_save": ["e"]},
    {"modules_to_save": ["wte"], "embeddings": True}, {"embeddings": True},
    {"target_modules": ["lm_head", "c_fc"]},
    {"target_modules": ["lm_head", "c_fc"], "embeddings": "auto"},
    {"target_modules": ["lm_head"], "modules_to_save": ["transformer"]},
    {"target_modules": ["lm_head", "c_fc"], "modules_to_save": ["wte"]}], ids=str)
def test_a_tied_table_of_which_peft_changed_one_end_or_both(tmp_path, options):
    """And saved by us again it is the same for peft, and beside the base for us."""
    peft = pytest.importorskip("peft")
    options = dict(options)
    embeddings = options.pop("embeddings", False)
    hugging_face(dtype=torch.float64).save_pretrained(tmp_path / "base")
    model = peft.get_peft_model(hugging_face(dtype=torch.float64), peft.LoraConfig(**{
        "r": 2, "target_modules": ["c_attn"], "fan_in_fan_out": True} | options),
        autocast_adapter_dtype=False)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.normal_(generator=generator)
        if embeddings and not options:
            model.get_input_embeddings().weight.add_(1)
    model.save_pretrained(tmp_path / "lora", save_embedding_layers=embeddings)
    model = peft_of(tmp_path / "base", tmp_path / "lora")
    for folder in ("lora", "again"):
        loaded, twin = load_pretrained(tmp_path / "base"), load_torch(tmp_path / "base")
        for side, one in ((ours, loaded), (theirs, twin)):
            side.load_adapter(one, tmp_path / folder)
        same_logits(model, twin, loaded)
        learning = {name for name, _ in loaded.named_gradients()}
        assert learning == {name for name, parameter in twin.named_parameters()
                            if parameter.requires_grad}
        assert {name for name in learning if not is_lora(name)} == {
            name for name in read_adapter(tmp_path / folder).whole
            if name in get_parameters(loaded)}
        for one in (loaded, twin):
            heads = [name for name, _ in one.named_parameters() if name.startswith("head.")]
            assert one.config.tie_embeddings == (not heads)
        ours.save_adapter(loaded, tmp_path / "again")
        theirs.save_adapter(twin, tmp_path / "twin")
        np.testing.assert_equal(read_safetensors(tmp_path / "again/adapter_model.safetensors"),
                                read_safetensors(tmp_path / "twin/adapter_model.safetensors"))
    same_logits(peft_of(tmp_path / "base", tmp_path / "again"), twin, loaded)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [
    "token_embedding.weight", "position_embedding.weight", "final_norm.weight",
    "final_norm.bias", "blocks.1.norm1.bias", "blocks.0.feed_forward.up.weight"])
def test_what_learns_beside_lora_is_the_same_in_peft(tmp_path, name):
    model = with_lora(tmp_path / "base", targets="qkv")
    train_only(model, lambda one: is_lora(one) or one == name)
    get_parameters(model)[name][...] += 0.5
    ours.save_adapter(model, tmp_path / "lora")
    twin = load_torch(tmp_path / "base")
    theirs.load_adapter(twin, tmp_path / "lora")
    peft = peft_of(tmp_path / "base", tmp_path / "lora")
    same_logits(peft, twin, model)
    assert twin.head.weight is twin.token_embedding.weight
    theirs.save_adapter(twin, tmp_path / "again")
    np.testing.assert_equal(*(read_safetensors(tmp_path / folder / "adapter_model.safetensors")
                              for folder in ("lora", "again")))


@pytest.mark.filterwarnings("ignore")
def test_queries_keys_and_values_without_biases_learn_beside_lora(tmp_path):
    """transformers' GPT-2 has them, so for peft the module does; we drop the zeros."""
    config = replace(TINY, qkv_bias=False)
    model = with_lora(tmp_path / "base", config=config, targets="out")
    before = {name: array.copy() for name, array in base_parameters(model).items()}
    train_only(model, lambda one: is_lora(one) or one == "blocks.1.attention.qkv.weight")
    model.blocks[1].attention.qkv.weight[...] += 0.5
    ours.save_adapter(model, tmp_path / "lora")
    loaded, twin = model_of(config, before), torch_model_of(
        config, {name: array.copy() for name, array in before.items()})
    for side, one in ((ours, loaded), (theirs, twin)):
        side.load_adapter(one, tmp_path / "lora")
    same_logits(peft_of(tmp_path / "base", tmp_path / "lora"), twin, loaded)
    np.testing.assert_array_equal(loaded.blocks[1].attention.qkv.weight,
                                  model.blocks[1].attention.qkv.weight)


@pytest.mark.filterwarnings("ignore")
def test_peft_opens_the_base_that_the_adapter_names(tmp_path):
    peft = pytest.importorskip("peft")
    model = with_lora(tmp_path / "base")
    ours.save_adapter(model, tmp_path / "lora", base=str(tmp_path / "base"))
    opened = peft.AutoPeftModelForCausalLM.from_pretrained(tmp_path / "lora", dtype=torch.float64)
    twin = load_torch(tmp_path / "base")
    theirs.load_adapter(twin, tmp_path / "lora")
    same_logits(opened, twin, model)


# -- classifiers ----------------------------------------------------------------

def classifier(folder, bias, targets, seed=0):
    """With a new head of 3 classes, with LoRA or trained as it is."""
    model = random_base(folder, seed)
    model.head = Linear(TINY.d_model, 3, bias).to(np.float64)
    generator = np.random.default_rng(seed)
    for array in get_parameters(model.head).values():
        array[...] = generator.standard_normal(array.shape)
    add_lora(model, 2, 3, targets=targets)
    if "head" not in targets:
        train_only(model, lambda name: is_lora(name) or name.startswith("head."))
    for layer in lora_layers(model).values():
        layer.B[...] = generator.standard_normal(layer.B.shape)
    return model


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("targets", [("blocks.*",), ("blocks.*", "head")])
@pytest.mark.parametrize("bias", [False, True])
def test_a_classifiers_head_is_saved_whole_and_peft_reads_it(tmp_path, targets, bias):
    model = classifier(tmp_path / "base", bias, targets)
    ours.save_adapter(model, tmp_path / "lora")
    loaded, twin = load_pretrained(tmp_path / "base"), load_torch(tmp_path / "base")
    for side, one in ((ours, loaded), (theirs, twin)):
        side.load_adapter(one, tmp_path / "lora")
    scores = model.forward(IDS)[0]                          # (B, T, 3)
    np.testing.assert_allclose(loaded.forward(IDS)[0], scores, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(twin(torch.from_numpy(IDS)).detach(), scores, rtol=1e-9,
                               atol=1e-12)
    peft = peft_of(tmp_path / "base", tmp_path / "lora", "GPT2ForSequenceClassification",
                   num_labels=3, pad_token_id=0)
    theirs_last = peft(torch.from_numpy(IDS)).logits.detach().numpy()   # (B, 3)
    note = tmp_path / "lora" / "README.md"
    assert note.exists() == bias
    if bias:
        values = note.read_text("utf-8").partition("torch.tensor(")[2].partition(")")[0]
        theirs_last += json.loads(values)
    np.testing.assert_allclose(theirs_last, scores[:, -1], rtol=1e-9, atol=1e-12)
    learning = [name for name, _ in loaded.named_gradients()]
    assert learning == [name for name, parameter in twin.named_parameters()
                        if parameter.requires_grad]
    assert {name for name in learning if not is_lora(name)} == {
        "head.weight"} | ({"head.bias"} if bias else set())


# -- the files ---------------------------------------------------------------------

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


@pytest.mark.parametrize("name", ["blocks.0.attention.qkv", "blocks.11.feed_forward.down.weight",
                                  "blocks.3.norm1.bias", "final_norm.weight", "head",
                                  "token_embedding.weight", "position_embedding", "head.weight"])
def test_names_there_and_back(name):
    for classifier_head in (False, True):
        there = peft_name(name, classifier_head)
        assert our_name(there) == our_name("base_model.model." + there) == name
    assert our_name(there.removeprefix("transformer.")) == name


# -- what is refused ------------------------------------------------------------------

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


def test_the_twin_puts_it_where_the_base_is(tmp_path):
    """In the base's precision."""
    ours.save_adapter(with_lora(tmp_path / "base"), tmp_path / "lora")
    twin = load_torch(tmp_path / "base")
    theirs.load_adapter(twin, tmp_path / "lora")
    assert {layer.A.dtype for layer in torch_lora_layers(twin).values()} == {torch.float64}
    half = torch_model_of(TINY, get_torch_parameters(load_torch(tmp_path / "base"))).float()
    theirs.load_adapter(half, tmp_path / "lora")
    assert {layer.A.dtype for layer in torch_lora_layers(half).values()} == {torch.float32}


@SIDES
def test_a_run_keeps_the_adapter_of_its_best_model(tmp_path, side, load):
    """Where a block has LoRA; a classifier whose head alone has it keeps no adapter."""
    ours.save_adapter(with_lora(tmp_path / "base"), tmp_path / "lora")
    model = load(tmp_path / "base")
    keep = side.best_parameters(tmp_path / "kept", "gpt2")
    plain = keep(model)
    assert not (tmp_path / "kept").exists()
    side.load_adapter(model, tmp_path / "lora")
    best = keep(model)
    assert list(best) == list(plain) and read_adapter(tmp_path / "kept").base == "gpt2"
    changed = {name for name, array in best.items() if not np.array_equal(array, plain[name])}
    assert changed == {name + ".weight" for name in read_adapter(tmp_path / "kept").layers}


def test_lora_on_the_head_alone_is_kept_without_an_adapter(tmp_path):
    model = random_base(tmp_path / "base")
    model.head = Linear(TINY.d_model, 3).to(np.float64)
    add_lora(model, 2, targets="head")
    assert "head.weight" in ours.best_parameters(tmp_path / "kept")(model)
    assert not (tmp_path / "kept").exists()
