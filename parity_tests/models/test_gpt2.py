"""GPT-2 as a whole: autograd, its own derivative, Hugging Face, causality."""
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import numpy_impl.models.gpt2 as ours
import torch_impl.models.gpt2 as theirs
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import get_parameters
from numpy_impl.training import optimizer
from numpy_impl.training.loss import cross_entropy, cross_entropy_backward
from torch_impl.models.parameters import get_parameters as get_twins
from torch_impl.training import optimizer as twins_optimizer

from ..agreement import assert_agree
from ..case import Case
from ..components import component
from ..running import bounds_of, load, run_numpy, run_torch
from ..proof import check_agreement
from ..strategies import cases, generic

GPT = "models.gpt2.GPTModel"

# A whole model is slow: a quarter of the usual number of examples.
few = settings(max_examples=max(5, settings().max_examples // 4))


def initial(config, seed=0, scale=10.0):
    """GPT-2's initialisation, with weights large enough to matter."""
    return {name: scale * array.astype(np.float64) for name, array
            in initial_parameters(config, seed).items()}


def whole_case(config, B=2, T=9, keep=None):
    generator = np.random.default_rng(5)
    return Case(component(GPT), (config,), initial(config),
                {"ids": generator.integers(config.vocab_size, size=(B, T))},
                generator.standard_normal((B, T, config.vocab_size)), keep)


@pytest.mark.parametrize("keep", [None, 3], ids=["eval", "dropout"])
@pytest.mark.parametrize("bias", [True, False], ids=["qkv bias", "no bias"])
@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
def test_every_variant_from_its_initialisation(tied, bias, keep):
    check_agreement(whole_case(GPT2Config(
        vocab_size=23, context_length=9, d_model=12, n_heads=3, n_layers=3,
        dropout=0.2, qkv_bias=bias, tie_embeddings=tied), keep=keep))


def test_a_tied_embedding_receives_both_gradients():
    """The tied gradient is the sum of the two of an untied model with the
    same weights at both ends."""
    tied = whole_case(GPT2Config(vocab_size=7, context_length=9, d_model=8,
                                 n_heads=2, n_layers=1, dropout=0.0))
    config = replace(tied.arguments[0], tie_embeddings=False)
    table = tied.parameters["token_embedding.weight"]
    untied = replace(tied, arguments=(config,),
                     parameters=tied.parameters | {"head.weight": table})
    a, b = run_numpy(tied), run_numpy(untied)
    _, bounds = bounds_of(tied)
    np.testing.assert_array_equal(a["y"], b["y"])
    assert_agree(a["token_embedding.dweight"],
                 b["token_embedding.dweight"] + b["head.dweight"],
                 bounds["token_embedding.dweight"])


@few
@given(cases(GPT, generic), st.data())
def test_later_tokens_have_no_influence(case, data):
    """Causality of the whole model, bit for bit, with and without dropout."""
    case = case.causal()
    model = load(ours.GPTModel(*case.arguments), case)
    ids = case.inputs["ids"]
    t = data.draw(st.integers(0, ids.shape[1] - 1))
    other = ids.copy()
    other[:, t + 1:] = (other[:, t + 1:] + 1) % case.arguments[0].vocab_size
    y, _ = model.forward(ids, **case.options())
    y2, _ = model.forward(other, **case.options())
    np.testing.assert_array_equal(y[:, :t + 1], y2[:, :t + 1])


def test_the_batch_does_not_matter():
    """A sequence's logits are the same alone and in company."""
    case = whole_case(GPT2Config(vocab_size=7, context_length=9, d_model=8,
                                 n_heads=2, n_layers=2, dropout=0.0), B=3)
    alone = replace(case, inputs={"ids": case.inputs["ids"][1:2]},
                    dy=case.dy[1:2])
    _, bounds = bounds_of(alone)
    assert_agree(run_numpy(case)["y"][1:2], run_numpy(alone)["y"],
                 bounds["y"])


@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize("ids, message", [
    ([1, 2], "must be .batch, positions., got shape .2,."),
    ([[0] * 5], "positions, got 5"),
    ([[0, 7]], r"must lie in 0\.\.6, got 0\.\.7"),
    ([[-1, 2]], r"must lie in 0\.\.6, got -1\.\.2")])
def test_ids_that_do_not_fit_are_refused(package, ids, message):
    config = GPT2Config(vocab_size=7, context_length=4, d_model=4, n_heads=1,
                        n_layers=1)
    ids = np.array(ids)
    model = package.GPTModel(config)
    with pytest.raises(ValueError, match=message):
        if package is ours:
            model.forward(ids)
        else:
            model(torch.from_numpy(ids))


# -- a third party -----------------------------------------------------------

# ours -> Hugging Face's; theirs are Conv1D: weights laid out (in, out)
NAMES = {"norm1": "ln_1", "attention.qkv": "attn.c_attn",
         "attention.out": "attn.c_proj", "norm2": "ln_2",
         "feed_forward.up": "mlp.c_fc", "feed_forward.down": "mlp.c_proj"}


def theirs_to_ours(n_layers, get):
    """{our name: array} from get(their name)"""
    found = {"token_embedding.weight": get("transformer.wte.weight"),
             "position_embedding.weight": get("transformer.wpe.weight"),
             "final_norm.weight": get("transformer.ln_f.weight"),
             "final_norm.bias": get("transformer.ln_f.bias")}
    for layer in range(n_layers):
        for name, other in NAMES.items():
            for kind in ("weight", "bias"):
                a = get(f"transformer.h.{layer}.{other}.{kind}")
                found[f"blocks.{layer}.{name}.{kind}"] = a.T
    return found


@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
def test_hugging_face_gives_the_same_logits_and_gradients(tied):
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(1)
    peer = transformers.GPT2LMHeadModel(transformers.GPT2Config(
        vocab_size=31, n_positions=16, n_embd=24, n_layer=3, n_head=4,
        tie_word_embeddings=tied, initializer_range=0.2,
        attn_implementation="eager")).double().eval()
    with torch.no_grad():  # biases and norms that are not 0 and 1
        for tensor in peer.parameters():
            tensor += 0.1 * torch.randn_like(tensor)
    own = dict(peer.named_parameters())
    config = GPT2Config(vocab_size=31, context_length=16, d_model=24,
                        n_heads=4, n_layers=3, dropout=0.1,
                        tie_embeddings=tied)

    def ours_from(read):
        found = theirs_to_ours(3, lambda name: read(own[name]))
        return found if tied else found | {
            "head.weight": read(own["lm_head.weight"])}
    case = replace(whole_case(config, T=16), parameters=ours_from(
        lambda tensor: tensor.detach().numpy().copy()))

    logits = peer(torch.from_numpy(case.inputs["ids"])).logits
    logits.backward(torch.from_numpy(case.dy))
    expected = ours_from(lambda tensor: tensor.grad.numpy())

    _, bounds = bounds_of(case)
    for run in (run_numpy, run_torch):
        result = run(case)
        assert_agree(result["y"], logits, 2 * bounds["y"])
        for name, grad in expected.items():
            path, _, kind = name.rpartition(".")
            name = f"{path}.d{kind}"
            assert_agree(result[name], grad, 2 * bounds[name], name)


# -- a new model --------------------------------------------------------------

SMALL = GPT2Config(vocab_size=13, context_length=8, d_model=16, n_heads=2,
                   n_layers=2, dropout=0.0)


def test_both_begin_with_the_bits_of_the_initialisation():
    for config in (SMALL, replace(SMALL, tie_embeddings=False, qkv_bias=False)):
        for seed in (0, 5):
            expected = initial_parameters(config, seed)
            one, other = (get(package.GPTModel(config, seed)) for get, package
                          in ((get_parameters, ours), (get_twins, theirs)))
            assert list(one) == list(other) == list(expected)
            for name, array in expected.items():
                np.testing.assert_array_equal(one[name], array, name)
                np.testing.assert_array_equal(other[name], array, name)
    default, other = (get_parameters(ours.GPTModel(SMALL, *seed))
                      for seed in ((), (1,)))
    np.testing.assert_array_equal(default["token_embedding.weight"],
                                  initial_parameters(SMALL, 0)["token_embedding.weight"])
    assert (default["token_embedding.weight"] != other["token_embedding.weight"]).any()


def test_a_new_model_learns():
    """Six steps of plain AdamW: the loss falls in both, by the same."""
    ids = np.random.default_rng(0).integers(13, size=(4, 9))
    inputs, targets = ids[:, :-1], ids[:, 1:]
    one, other = ours.GPTModel(SMALL), theirs.GPTModel(SMALL)
    settings = 0.9, 0.95, 1e-8, 0.1
    rule = optimizer.AdamW(one, *settings)
    twins_rule = twins_optimizer.AdamW(other, *settings)
    losses = []
    for _ in range(6):
        one.zero_grad()
        logits, cache = one(inputs)
        loss, loss_cache = cross_entropy(logits, targets)
        one.backward(cross_entropy_backward(1.0, loss_cache), cache)
        rule.step(1e-2)
        other.zero_grad()
        twins_loss = torch.nn.functional.cross_entropy(
            other(torch.from_numpy(inputs)).mT, torch.from_numpy(targets))
        twins_loss.backward()
        twins_rule.step(1e-2)
        losses.append((float(loss), float(twins_loss.detach())))
    for first, last in zip(losses[0], losses[-1], strict=True):
        assert abs(first - np.log(13)) < 0.1 and last < 0.8 * first


def test_both_print_the_same_lines():
    one, other = ours.GPTModel(SMALL), theirs.GPTModel(SMALL)
    assert repr(one) == repr(other)
    for line in ("(token_embedding): Embedding(13, 16)",
                 "(0-1): 2 x TransformerBlock(",
                 "(qkv): Linear(in_features=16, out_features=48, bias=True)",
                 "(norm1): LayerNorm(16, eps=1e-05)",
                 "(dropout): Dropout(rate=0.0)"):
        assert line in repr(one)


@pytest.mark.parametrize("package", [ours, theirs])
def test_packed_texts_are_read_as_alone(package):
    """Positions that begin again at 0, and a mask between the texts."""
    ids = np.random.default_rng(1).integers(13, size=(1, 7))
    text = np.array([0, 0, 0, 1, 1, 1, 1])
    mask = np.tri(7, dtype=bool) & (text[:, None] == text)
    positions = np.array([[0, 1, 2, 0, 1, 2, 3]])
    model = package.GPTModel(SMALL)

    def read(ids, **options):
        if package is ours:
            return model.forward(ids, **options)[0]
        options = {name: torch.from_numpy(a) for name, a in options.items()}
        return model(torch.from_numpy(ids), **options).detach().double().numpy()
    packed = read(ids, mask=mask, positions=positions)
    alone = np.concatenate([read(ids[:, :3]), read(ids[:, 3:])], 1)
    allowed = 64 * np.finfo(np.float32).eps * np.abs(alone).max()
    assert np.abs(packed - alone).max() < allowed
    assert np.abs(read(ids, mask=mask) - alone).max() > 100 * allowed


@pytest.mark.parametrize("package, array", [(ours, np.array), (theirs, torch.tensor)])
def test_positions_without_a_vector_are_refused(package, array):
    with pytest.raises(ValueError, match="positions 0 to 7, got positions 0 to 8"):
        package.GPTModel(SMALL)(array([[1, 2]]), positions=array([[0, 8]]))


@pytest.mark.parametrize("ids", [[[0, 1]], np.zeros((1, 2))])
def test_ids_are_an_array_of_whole_numbers(ids):
    model = component("models.gpt2.GPTModel").find("numpy_impl")(GPT2Config(
        vocab_size=3, context_length=2, d_model=2, n_heads=1, n_layers=1))
    with pytest.raises(TypeError, match="must be an array of whole numbers"):
        model.forward(ids)
