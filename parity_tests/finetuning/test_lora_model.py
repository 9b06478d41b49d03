"""LoRA in a whole model: which layers, how many numbers, merged and undone;
and its gradients in both packages."""
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import numpy_impl.finetuning.lora_model as ours
import torch_impl.finetuning.lora_model as theirs
from numpy_impl.finetuning.freezing import train_only
from twinformer.adapters.targets import matching
from twinformer.models.keep_masks import KeepMasks
from numpy_impl.layers.linear import Linear
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import get_parameters, set_parameters
from numpy_impl.models.pretrained import model_of
from torch_impl.layers.fused import spelled_out
from torch_impl.layers.linear import Linear as TorchLinear
from torch_impl.models.gpt2 import GPTModel as TorchModel
from torch_impl.models.parameters import get_parameters as get_torch_parameters
from torch_impl.models.pretrained import model_of as torch_model_of

from ..agreement import assert_agree
from ..bounds import measured_bounds

TINY = GPT2Config(vocab_size=11, context_length=6, d_model=8, n_heads=2, n_layers=2, dropout=0.0)
IDS = np.array([[1, 2, 3, 4], [5, 6, 7, 10]])


def pair(config=TINY, seed=0, dtype=np.float64):
    """The same random model in both packages; norms and offsets, too, are random."""
    generator = np.random.default_rng(seed)
    arrays = {name: (array + 0.3 * generator.standard_normal(array.shape)).astype(dtype)
              for name, array in initial_parameters(config, seed).items()}
    return (model_of(config, {name: array.copy() for name, array in arrays.items()}),
            torch_model_of(config, arrays))


def with_lora(seed=0, config=TINY, dtype=np.float64, **options):
    """That pair with LoRA whose B is not 0 any more."""
    model, twin = pair(config, seed, dtype)
    assert ours.add_lora(model, **options) == theirs.add_lora(twin, **options)
    generator = np.random.default_rng([seed, 1])
    own = dict(twin.named_parameters())
    for name, array in get_parameters(model).items():
        if name.endswith(".B"):
            array[...] = generator.standard_normal(array.shape)
            own[name].data.copy_(torch.from_numpy(array))
    return model, twin


def gradients(model, ids, dlogits, keep=None):
    logits, cache = model.forward(ids, keep)
    model.zero_grad()
    model.backward(dlogits, cache)
    return {"logits": logits} | dict(model.named_gradients())


def torch_gradients(twin, ids, dlogits, keep=lambda: None):
    """Two programs for the same: spelled out, and with torch's fused kernels."""
    wanted = {name: parameter for name, parameter in twin.named_parameters()
              if parameter.requires_grad}

    def run(context):
        with context():
            logits = twin(torch.from_numpy(ids), keep())
            found = torch.autograd.grad(logits, list(wanted.values()), torch.from_numpy(dlogits))
        return {"logits": logits} | dict(zip(wanted, found))
    return lambda: run(spelled_out), lambda: run(nullcontext)


TARGETS = [("blocks.*",), ("qkv",), "feed_forward.*", ("blocks.1.*",), ("attention.out", "up")]


@settings(max_examples=settings.default.max_examples // 2)
@given(seed=st.integers(0, 2**16), rank=st.integers(1, 5), targets=st.sampled_from(TARGETS),
       separate=st.booleans(), dropout=st.sampled_from([0.0, 0.4]), dropping=st.booleans())
def test_gradients_agree_in_a_model(seed, rank, targets, separate, dropout, dropping):
    model, twin = with_lora(seed, rank=rank, alpha=3.0, dropout=dropout, targets=targets,
                            separate_qkv=separate)
    dlogits = np.random.default_rng(seed).standard_normal((*IDS.shape, TINY.vocab_size))

    def keep():
        return KeepMasks(seed) if dropping else None
    exact, bounds = measured_bounds(*torch_gradients(twin, IDS, dlogits, keep))
    found = gradients(model, IDS, dlogits, keep())
    assert list(found) == list(exact)
    assert all(name == "logits" or ours.is_lora(name) for name in found)
    for name, bound in bounds.items():
        assert_agree(found[name], exact[name], bound, name)


@given(seed=st.integers(0, 2**16))
def test_gradients_are_those_of_the_merged_weights(seed):
    """Without autograd: W + scale B A at dW gives dB = scale dW A^T, dA = scale B^T dW."""
    model, _ = with_lora(seed, rank=2, alpha=3.0, targets="attention.out", separate_qkv=False)
    dlogits = np.random.default_rng(seed).standard_normal((*IDS.shape, TINY.vocab_size))
    found = gradients(model, IDS, dlogits)
    layers = ours.merge(model)
    train_only(model, lambda name: name.endswith("attention.out.weight"))
    merged = gradients(model, IDS, dlogits)
    for name, layer in layers.items():
        dW = merged[name + ".weight"]
        size = np.abs(dW).max() * 1e-11
        np.testing.assert_allclose(found[name + ".B"], 1.5 * dW @ layer.A.T, rtol=1e-9, atol=size)
        np.testing.assert_allclose(found[name + ".A"], 1.5 * layer.B.T @ dW, rtol=1e-9, atol=size)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("separate", [True, False])
def test_it_begins_as_the_base_bit_for_bit(dtype, separate):
    model, twin = pair(dtype=dtype)
    before, torch_before = model.forward(IDS)[0], twin(torch.from_numpy(IDS))
    for side, one in ((ours, model), (theirs, twin)):
        side.add_lora(one, separate_qkv=separate)
    np.testing.assert_array_equal(model.forward(IDS)[0], before)
    assert torch.equal(twin(torch.from_numpy(IDS)), torch_before)


def test_both_packages_begin_alike_and_targets_do_not_change_each_other():
    (model, twin), (other, _) = pair(), pair()
    ours.add_lora(model, 4)
    theirs.add_lora(twin, 4)
    ours.add_lora(other, 4, targets="feed_forward.up")
    arrays, torch_arrays = get_parameters(model), get_torch_parameters(twin)
    assert list(arrays) == list(torch_arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, torch_arrays[name], name)
    for block in ("blocks.0", "blocks.1"):
        factor = f"{block}.feed_forward.up.A"
        np.testing.assert_array_equal(get_parameters(other)[factor], arrays[factor])
    assert not np.array_equal(arrays["blocks.0.attention.out.A"],
                              arrays["blocks.1.attention.out.A"])


@pytest.mark.parametrize("separate, published", [(True, 2_666_528), (False, 2_371_616)])
def test_the_published_count(separate, published):
    """Rank 16 on every Linear of GPT-2 124M and its head of 2 classes. The book's model makes
    queries, keys and values by three Linears, so that each has an A of its own; with one A for
    all three, as in transformers' GPT-2 under peft, 12 * 2 * 16 * 768 = 294,912 are saved."""
    with torch.device("meta"):
        twin = TorchModel(GPT2Config())
        twin.head = TorchLinear(768, 2)
        theirs.add_lora(twin, rank=16, alpha=16, targets=("blocks.*", "head"),
                        separate_qkv=separate)
    assert sum(parameter.numel() for parameter in twin.parameters()
               if parameter.requires_grad) == published


def test_peft_counts_as_many_where_queries_keys_and_values_share_an_A():
    peft = pytest.importorskip("peft")
    from transformers import GPT2Config as TheirConfig
    from transformers import GPT2ForSequenceClassification
    with torch.device("meta"):
        model = peft.get_peft_model(
            GPT2ForSequenceClassification(TheirConfig(num_labels=2)),
            peft.LoraConfig(r=16, target_modules=["c_attn", "c_proj", "c_fc", "score"],
                            fan_in_fan_out=True))
    assert model.get_nb_trainable_parameters()[0] == 2_371_616


def test_all_else_is_frozen():
    model, twin = pair()
    ours.add_lora(model)
    theirs.add_lora(twin)
    learning = dict(model.named_gradients())
    for name, _ in model.named_parameters():
        assert (name in learning) == ours.is_lora(name)
    for name, parameter in twin.named_parameters():
        assert parameter.requires_grad == theirs.is_lora(name)
    assert ours.is_lora("A") and not ours.is_lora("blocks.0.BA")


# -- merge, unmerge, remove ---------------------------------------------------

@settings(max_examples=settings.default.max_examples // 3)
@given(seed=st.integers(0, 2**16), rank=st.integers(1, 5), targets=st.sampled_from(TARGETS),
       separate=st.booleans())
def test_merged_logits_are_the_same_but_for_rounding(seed, rank, targets, separate):
    options = dict(rank=rank, alpha=2.0, targets=targets, separate_qkv=separate)
    model, twin = with_lora(seed, **options)
    _, unmerged = with_lora(seed, **options)
    theirs.merge(twin)
    exact, bounds = measured_bounds(*(
        lambda one=one: {"logits": one(torch.from_numpy(IDS))} for one in (unmerged, twin)))
    for _ in range(2):
        logits = model.forward(IDS)[0]
        assert_agree(logits, exact["logits"], bounds["logits"])
        ours.merge(model)
    assert_agree(twin(torch.from_numpy(IDS)), exact["logits"], bounds["logits"])


@pytest.mark.parametrize("take", ["merge", "remove"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_undone_to_the_bit(take, dtype):
    """For merge as well: the base is kept, nothing is subtracted."""
    model, twin = with_lora(1, dtype=dtype, rank=3)
    before = {name: array.copy() for name, array in get_parameters(model).items()}
    logits, torch_logits = model.forward(IDS)[0], twin(torch.from_numpy(IDS))
    for side, one in ((ours, model), (theirs, twin)):
        layers = getattr(side, take)(one)
        assert not side.lora_layers(one) and len(layers) == 8
        side.unmerge(one, layers)
        assert side.lora_layers(one) == layers
    np.testing.assert_array_equal(model.forward(IDS)[0], logits)
    assert torch.equal(twin(torch.from_numpy(IDS)), torch_logits)
    for name, array in get_parameters(model).items():
        np.testing.assert_array_equal(array, before[name], name)


def test_removed_is_the_base_bit_for_bit():
    model, twin = with_lora(2)
    base, torch_base = pair(seed=2)
    ours.remove(model)
    theirs.remove(twin)
    np.testing.assert_array_equal(model.forward(IDS)[0], base.forward(IDS)[0])
    assert torch.equal(twin(torch.from_numpy(IDS)), torch_base(torch.from_numpy(IDS)))
    assert list(get_parameters(model)) == list(get_parameters(base))
    assert model.is_frozen()


def test_a_merged_model_is_a_plain_one():
    """It can learn again, all of it, as any model."""
    model, twin = with_lora(3)
    ours.merge(model)
    theirs.merge(twin)
    for one, linear in ((model, Linear), (twin, TorchLinear)):
        assert type(one.blocks[0].attention.qkv) is linear
    train_only(model, lambda name: True)
    twin.requires_grad_(True)
    dlogits = np.random.default_rng(0).standard_normal((*IDS.shape, TINY.vocab_size))
    exact, bounds = measured_bounds(*torch_gradients(twin, IDS, dlogits))
    found = gradients(model, IDS, dlogits)
    for name, bound in bounds.items():
        assert_agree(found[name], exact[name], bound, name)


@pytest.mark.parametrize("get", ["base_parameters", "merged_parameters"])
def test_parameters_without_lora_leave_the_model_as_it_is(get):
    model, twin = with_lora(4)
    before = model.forward(IDS)[0]
    arrays, torch_arrays = getattr(ours, get)(model), getattr(theirs, get)(twin)
    plain, _ = pair(seed=4)
    assert list(arrays) == list(torch_arrays) == list(get_parameters(plain))
    for name, array in arrays.items():
        np.testing.assert_allclose(array, torch_arrays[name], rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(model.forward(IDS)[0], before)
    set_parameters(plain, arrays)
    expected = before if get == "merged_parameters" else pair(seed=4)[0].forward(IDS)[0]
    np.testing.assert_allclose(plain.forward(IDS)[0], expected, rtol=1e-9, atol=1e-12)


# -- which layers -------------------------------------------------------------

NAMES = [f"blocks.{block}.{name}" for block in (0, 1, 11)
         for name in ("attention.qkv", "attention.out", "feed_forward.up")] + ["head"]


@pytest.mark.parametrize("patterns, found", [
    ("head", ["head"]),
    ("qkv", [n for n in NAMES if n.endswith("qkv")]),
    ("attention.*", [n for n in NAMES if "attention" in n]),
    ("blocks.1.*", [n for n in NAMES if n.startswith("blocks.1.")]),
    ("blocks.[01].attention.out", ["blocks.0.attention.out", "blocks.1.attention.out"]),
    ("1.attention.qkv", ["blocks.1.attention.qkv"]),
    (["head", "blocks.11.*"], NAMES[6:]), ("*", NAMES)])
def test_patterns(patterns, found):
    assert matching(NAMES, patterns) == found


@pytest.mark.parametrize("pattern", ["c_attn", "Qkv", "ead", "blocks", "attention.qk", ""])
def test_a_pattern_that_matches_nothing_lists_what_there_is(pattern):
    with pytest.raises(ValueError, match="no Linear is called") as problem:
        matching(NAMES, ["head", pattern])
    assert str(problem.value).endswith(
        "the model has blocks.*.attention.qkv, blocks.*.attention.out, "
        "blocks.*.feed_forward.up, head")


@pytest.mark.parametrize("side", [0, 1], ids=["numpy", "torch"])
def test_what_cannot_have_lora_is_refused_and_left_alone(side):
    package, model = (ours, theirs)[side], pair()[side]
    for options, message in [
            ({"targets": "c_attn"}, "no Linear is called 'c_attn'"),
            ({"targets": ("blocks.*", "head")}, "shares its weights with the token embedding"),
            ({"rank": 0}, "whole number"), ({"dropout": 1.0}, "expected a rate")]:
        with pytest.raises(ValueError, match=message):
            package.add_lora(model, **options)
        assert not package.lora_layers(model)
    package.add_lora(model)
    with pytest.raises(ValueError, match="LoRA already"):
        package.add_lora(model)


@pytest.mark.parametrize("side", [0, 1], ids=["numpy", "torch"])
def test_an_untied_head_can_have_lora(side):
    package, model = (ours, theirs)[side], pair(replace(TINY, tie_embeddings=False))[side]
    assert package.add_lora(model, targets="head") == ["head"]


def test_a_head_put_in_place_of_a_tied_one_can_have_lora():
    model, twin = pair()
    model.head, twin.head = Linear(8, 2), TorchLinear(8, 2).double()
    model.head.to(np.float64)
    for side, one in ((ours, model), (theirs, twin)):
        assert side.add_lora(one, targets="head") == ["head"]
    assert model.forward(IDS)[0].shape == (2, 4, 2)
