"""BERT as a whole: Hugging Face's two heads and every gradient; and what
padding, segments, order and company may change."""
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given

import numpy_impl.models.bert as ours
import torch_impl.models.bert as theirs
from numpy_impl.models.parameters import set_parameters
from torch_impl.layers.fused import spelled_out
from torch_impl.models.parameters import set_parameters as set_twins
from twinformer.architectures.bert import BertConfig

from ..agreement import assert_agree, assert_rounding
from ..bounds import measured_bounds
from ..running import bounds_of, load, run_numpy
from ..strategies import cases, generic

BERT = "models.bert.BertModel"

SMALL = BertConfig(vocab_size=17, context_length=9, d_model=12, n_heads=3,
                   n_layers=2, d_hidden=10, dropout=0.0, attention_dropout=0.0)


def seeing(real):
    """real (B, T), False = padding -> who may attend to whom (B, T, T)"""
    B, T = real.shape
    return np.broadcast_to(real[:, None], (B, T, T))


def both_models(config, parameters):
    model = ours.BertModel(config, seed=None).to(np.float64)
    set_parameters(model, parameters)
    twin = theirs.BertModel(config, seed=None).double().eval()
    set_twins(twin, parameters)
    return model, twin


def all_of(model, ids, mask, segments, dlogits, dscores):
    """Both heads and every gradient, by the reference's contract."""
    hidden, cache = model.forward(ids, mask=mask, segments=segments)
    logits, head_cache = model.head.forward(hidden)
    pooled, pooler_cache = model.pooler.forward(hidden)
    scores, next_cache = model.next_sentence_head.forward(pooled)
    dpooled = model.next_sentence_head.backward(dscores, next_cache)
    model.backward(model.head.backward(dlogits, head_cache)
                   + model.pooler.backward(dpooled, pooler_cache), cache)
    return {"logits": logits, "scores": scores,
            **dict(model.named_gradients())}


def all_of_twin(twin, ids, mask, segments, dlogits, dscores):
    """The same by autograd."""
    arrays = ids, mask.copy(), segments, dlogits, dscores
    ids, mask, segments, dlogits, dscores = map(torch.from_numpy, arrays)
    twin.zero_grad()
    hidden = twin(ids, mask=mask, segments=segments)
    logits = twin.head(hidden)
    scores = twin.next_sentence_head(twin.pooler(hidden))
    torch.autograd.backward([logits, scores], [dlogits, dscores])
    return {"logits": logits, "scores": scores,
            **{name: parameter.grad for name, parameter
               in twin.named_parameters()}}


# -- a third party -----------------------------------------------------------

NAMES = {"attention.out": "attention.output.dense",
         "norm1": "attention.output.LayerNorm",
         "feed_forward.up": "intermediate.dense",
         "feed_forward.down": "output.dense", "norm2": "output.LayerNorm"}
OUTER = {"token_embedding.weight": "bert.embeddings.word_embeddings.weight",
         "segment_embedding.weight":
             "bert.embeddings.token_type_embeddings.weight",
         "position_embedding.weight":
             "bert.embeddings.position_embeddings.weight",
         "embedding_norm": "bert.embeddings.LayerNorm",
         "pooler.dense": "bert.pooler.dense",
         "head.transform": "cls.predictions.transform.dense",
         "head.norm": "cls.predictions.transform.LayerNorm",
         "head.decoder.bias": "cls.predictions.bias",
         "next_sentence_head": "cls.seq_relationship"}


def ours_from(read, n_layers):
    """{our name: array} from read(their name)"""
    pairs = dict(OUTER)
    for layer in range(n_layers):
        pairs |= {f"blocks.{layer}.{name}": f"bert.encoder.layer.{layer}.{other}"
                  for name, other in NAMES.items()}
    found = {}
    for name, other in pairs.items():
        if name.endswith((".weight", ".bias")):
            found[name] = read(other)
        else:
            found |= {f"{name}.{kind}": read(f"{other}.{kind}")
                      for kind in ("weight", "bias")}
    for layer in range(n_layers):
        self = f"bert.encoder.layer.{layer}.attention.self."
        for kind in ("weight", "bias"):
            found[f"blocks.{layer}.attention.qkv.{kind}"] = np.concatenate(
                [read(f"{self}{part}.{kind}") for part in ("query", "key", "value")])
    return found


def peer_and_config(pad=None, acts="gelu", **sizes):
    """A random BertForPreTraining in float64, and our config of it."""
    transformers = pytest.importorskip("transformers")
    config = BertConfig(
        vocab_size=17, context_length=9, dropout=0.0, attention_dropout=0.0,
        activation={"gelu": "gelu_exact", "gelu_new": "gelu"}.get(acts, acts),
        **{"d_model": 12, "n_heads": 3, "n_layers": 2, "d_hidden": 10} | sizes)
    torch.manual_seed(1)
    peer = transformers.BertForPreTraining(transformers.BertConfig(
        vocab_size=17, hidden_size=config.d_model, hidden_act=acts,
        num_hidden_layers=config.n_layers, num_attention_heads=config.n_heads,
        intermediate_size=config.d_hidden, max_position_embeddings=9,
        type_vocab_size=config.n_segments, initializer_range=0.3,
        layer_norm_eps=config.norm_epsilon, pad_token_id=pad,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        attn_implementation="eager")).double().eval()
    with torch.no_grad():  # biases and norms that are not 0 and 1
        for tensor in peer.parameters():
            tensor += 0.1 * torch.randn_like(tensor)
    return peer, config


def peers_tensors(peer):
    """{name: tensor}; the bias of the decoder goes by one of two names."""
    own = dict(peer.named_parameters())
    decoder = "cls.predictions.decoder.bias"
    return own | ({"cls.predictions.bias": own[decoder]} if decoder in own
                  else {})


@pytest.mark.parametrize("T, lengths, options", [
    (9, [9, 9], {}),
    (7, [7, 3, 1], {"pad": 0}),
    (1, [1, 1, 1], {}),
    (5, [5, 2], {"n_layers": 1, "n_heads": 1}),
    (6, [6], {"d_model": 15, "n_heads": 5, "n_segments": 3}),
    (4, [4, 4], {"acts": "gelu_new", "norm_epsilon": 1e-5}),
    (4, [2, 4], {"acts": "relu", "d_hidden": 1})],
    ids=["plain", "padding", "T = 1", "one layer", "odd heads", "tanh gelu",
         "relu"])
def test_hugging_face_gives_the_same_logits_and_gradients(T, lengths, options):
    peer, config = peer_and_config(**options)
    own = peers_tensors(peer)
    model, twin = both_models(config, ours_from(
        lambda name: own[name].detach().numpy().copy(), config.n_layers))
    draw = np.random.default_rng(7)
    B = len(lengths)
    real = np.arange(T) < np.array(lengths)[:, None]       # (B, T)
    ids = np.where(real, draw.integers(1, 17, (B, T)), 0)
    segments = draw.integers(config.n_segments, size=(B, T))
    dlogits = draw.standard_normal((B, T, 17)) * real[..., None]
    dscores = draw.standard_normal((B, 2))

    found = peer(torch.from_numpy(ids), torch.from_numpy(real).long(),
                 torch.from_numpy(segments))
    torch.autograd.backward(
        [found.prediction_logits, found.seq_relationship_logits],
        [torch.from_numpy(dlogits), torch.from_numpy(dscores)])
    expected = {"logits": found.prediction_logits.detach().numpy(),
                "scores": found.seq_relationship_logits.detach().numpy(),
                **ours_from(lambda name: own[name].grad.numpy(),
                            config.n_layers)}

    given = ids, seeing(real), segments, dlogits, dscores

    def spelled():
        with spelled_out():
            return all_of_twin(twin, *given)
    exact, bounds = measured_bounds(spelled, lambda: all_of_twin(twin, *given))
    result = all_of(model, *given)
    assert set(result) == set(expected) == set(exact)
    for name, array in expected.items():
        for a in (result[name], exact[name]):
            rows = real if name == "logits" else ...
            assert_agree(a[rows], array[rows], 2 * bounds[name][rows], name)


# -- laws ---------------------------------------------------------------------

def small_models():
    draw = np.random.default_rng(3)
    return both_models(SMALL, {
        name: draw.normal(0, 0.5, shape)
        for name, shape in SMALL.parameter_shapes().items()})


def hidden_of(model, ids, **options):
    if isinstance(model, torch.nn.Module):
        options = {name: torch.from_numpy(np.array(a))
                   for name, a in options.items()}
        return model(torch.from_numpy(ids), **options).detach().numpy()
    return model.forward(ids, **options)[0]


@pytest.mark.parametrize("which", [0, 1], ids=["numpy", "torch"])
def test_padding_changes_nothing_for_the_real_tokens(which):
    """Not what it says, bit for bit; nor, but for rounding, how much it is."""
    model = small_models()[which]
    draw = np.random.default_rng(0)
    ids = draw.integers(17, size=(2, 9))
    real = np.arange(9) < np.array([4, 9])[:, None]
    other = np.where(real, ids, (ids + 1) % 17)
    a, b = (hidden_of(model, x, mask=seeing(real)) for x in (ids, other))
    np.testing.assert_array_equal(a[real], b[real])
    assert (a[~real] != b[~real]).any()
    alone, bound = alone_and_bound(ids[:1, :4])
    assert_agree(a[:1, :4], alone, 2 * bound)
    assert (hidden_of(model, ids)[0] != a[0]).any()


def alone_and_bound(ids, **options):
    """What small_models make of ids, and how far rounding may carry it."""
    twin = small_models()[1]

    def run():
        return {"hidden": torch.from_numpy(hidden_of(twin, ids, **options))}

    def spelled():
        with spelled_out():
            return run()
    exact, bounds = measured_bounds(spelled, run)
    return exact["hidden"], bounds["hidden"]


@pytest.mark.parametrize("which", [0, 1], ids=["numpy", "torch"])
def test_segments_swapped_with_their_vectors_change_nothing(which):
    """Segments have no order: they are the vectors that they are given."""
    models = small_models()
    ids = np.random.default_rng(0).integers(17, size=(2, 6))
    segments = np.array([[0, 0, 0, 1, 1, 1], [0, 1, 1, 1, 1, 1]])
    first = hidden_of(models[which], ids, segments=segments)
    table = models[which].segment_embedding.weight
    if which:
        table = table.detach()
    table[[0, 1]] = table[[1, 0]]
    second = hidden_of(models[which], ids, segments=1 - segments)
    np.testing.assert_array_equal(first, second)
    assert (hidden_of(models[which], ids, segments=segments) != first).any()


@given(cases(BERT, generic))
def test_a_permuted_batch_is_the_batch_permuted(case):
    """And company changes nothing but rounding."""
    model = load(ours.BertModel(*case.arguments), case)
    ids = case.inputs["ids"]
    order = np.arange(len(ids))[::-1]
    options = {name: a for name, a in case.options().items()
               if name != "keep" and isinstance(a, np.ndarray)}
    turned = {name: a[order] if a.shape[0] == len(ids) and (
                  name != "mask" or a.ndim == 3) else a
              for name, a in options.items()}
    y, _ = model.forward(ids, **options)
    y2, _ = model.forward(ids[order], **turned)
    _, bounds = bounds_of(replace(case, keep=None))
    assert_agree(y2, y[order], 2 * bounds["y"][order])


def test_every_position_sees_every_other():
    """The last token changes the first one's vector: nothing is causal."""
    for model in small_models():
        ids = np.array([[1, 2, 3, 4]])
        a, b = (hidden_of(model, x) for x in (ids, ids + [0, 0, 0, 1]))
        assert (a[:, 0] != b[:, 0]).all()


def test_what_is_read_is_what_would_be_there():
    """The last block computes the positions that are read, and no others."""
    ids = np.random.default_rng(0).integers(17, size=(2, 6))
    read = np.array([[0, 5], [3, 3]])
    every, bounds = (np.take_along_axis(a, read[..., None], 1)
                     for a in alone_and_bound(ids))
    for model in small_models():
        assert_agree(hidden_of(model, ids, read=read), every, 2 * bounds)


def test_a_decoder_tied_to_the_embedding_receives_both_gradients():
    """One array, one gradient: the sum of what comes to each end alone."""
    ids = np.array([[1, 2, 3]])
    draw = np.random.default_rng(0)
    dlogits = draw.standard_normal((1, 3, 17))
    name = "token_embedding.weight"
    parts = []
    for into in ("both", "the decoder", "the embedding"):
        model, _ = small_models()
        assert model.head.decoder.weight is model.token_embedding.weight
        hidden, cache = model.forward(ids)
        logits, head_cache = model.head.forward(hidden)
        dhidden = model.head.backward(dlogits, head_cache)
        if into == "the embedding":
            model.zero_grad()
        if into != "the decoder":
            model.backward(dhidden, cache)
        parts.append(dict(model.named_gradients())[name].copy())
    both, decoder, embedding = parts
    np.testing.assert_array_equal(both[4:], decoder[4:])
    assert_rounding(both, decoder + embedding, 2,
                    np.abs(decoder) + np.abs(embedding))


def test_both_print_the_same_lines():
    one, other = ours.BertModel(SMALL), theirs.BertModel(SMALL)
    assert repr(one) == repr(other)
    for line in ("(segment_embedding): Embedding(2, 12)",
                 "(0-1): 2 x PostNormBlock(",
                 "(norm1): LayerNorm(12, eps=1e-12)",
                 "(decoder): Linear(in_features=12, out_features=17, bias=True)"):
        assert line in repr(one)


@pytest.mark.parametrize("package, array", [(ours, np.array),
                                            (theirs, torch.tensor)])
@pytest.mark.parametrize("options, message", [
    ({"segments": [[0, 2]]}, r"segments must lie in 0\.\.1, got 0\.\.2"),
    ({"segments": [[0, -1]]}, r"segments must lie in 0\.\.1, got -1\.\.0"),
    ({"segments": [[0]]}, r"have the shape of the token ids, \(1, 2\), got \(1, 1\)"),
    ({"positions": [[0, 9]]}, "positions 0 to 8, got positions 0 to 9")])
def test_what_does_not_fit_is_refused(package, array, options, message):
    model = package.BertModel(SMALL)
    with pytest.raises(ValueError, match=message):
        model(array([[1, 2]]), **{name: array(a) for name, a in options.items()})


@given(cases(BERT, generic))
def test_frozen_parts_change_no_other_gradient(case):
    """Nothing learns below: what does learn gets the very same gradient."""
    model = load(ours.BertModel(*case.arguments), case)
    whole = run_numpy(case)
    model.requires_grad_(lambda name: name.startswith("blocks.0.norm"))
    _, cache = model.forward(*case.inputs.values(), **case.options())
    model.backward(case.dy, cache)
    for name, grad in model.named_gradients():
        path, _, kind = name.rpartition(".")
        np.testing.assert_array_equal(grad, whole[f"{path}.d{kind}"])
