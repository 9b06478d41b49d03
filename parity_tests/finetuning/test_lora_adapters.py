"""Adapters: the same logits in both packages and in peft, whoever wrote them;
and where a run keeps its own."""
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import numpy_impl.finetuning.lora_adapters as ours
import torch_impl.finetuning.lora_adapters as theirs
from twinformer.adapters.files import read_adapter
from numpy_impl.finetuning.freezing import train_only
from numpy_impl.finetuning.lora_model import add_lora, base_parameters, is_lora, lora_layers
from numpy_impl.layers.linear import Linear
from numpy_impl.models.parameters import get_parameters
from numpy_impl.models.pretrained import load_pretrained, model_of
from twinformer.io.safetensors_io import read_safetensors
from torch_impl.finetuning.lora_model import lora_layers as torch_lora_layers
from torch_impl.models.parameters import get_parameters as get_torch_parameters
from torch_impl.models.pretrained import load_pretrained as load_torch
from torch_impl.models.pretrained import model_of as torch_model_of

from ..agreement import assert_agree
from ..bounds import measured_bounds
from ..models.checkpoints import TINY, hugging_face
from .adapters import IDS, SIDES, classifier, peft_of, random_base, same_logits, with_lora

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
