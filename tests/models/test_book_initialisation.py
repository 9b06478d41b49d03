"""The book's untrained model: its weights, tokens and losses."""
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from numpy_impl.generation.generate import generate
from twinformer.models.book_initialisation import BOOK_CONFIG, book_parameters
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from numpy_impl.models.parameters import set_parameters
from numpy_impl.text.bpe import BPETokenizer
from numpy_impl.text.windows import SlidingWindows
from twinformer.tokenizers.formats.gpt2_files import read_gpt2_files
from numpy_impl.training.loss import cross_entropy
from torch_impl.generation.generate import generate as generate_torch
from torch_impl.models.gpt2 import GPTModel as TorchGPTModel
from torch_impl.models.parameters import set_parameters as set_torch_parameters

from parity_tests.shared_data import shared_data
from .test_torch_random import assert_same_normal


def torch_layers(config, seed):
    """The layers that draw, constructed by torch in the book's order."""
    V, T, D = config.vocab_size, config.context_length, config.d_model
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    layers = {"token_embedding": nn.Embedding(V, D), "position_embedding": nn.Embedding(T, D)}
    for i in range(config.n_layers):
        layers |= {f"{i}.{name}": nn.Linear(D, D, bias=config.qkv_bias)
                   for name in ("query", "key", "value")}
        layers |= {f"{i}.out": nn.Linear(D, D), f"{i}.up": nn.Linear(D, 4 * D),
                   f"{i}.down": nn.Linear(4 * D, D)}
    layers["head"] = nn.Linear(D, V, bias=False)
    torch.set_rng_state(state)
    return layers


@pytest.mark.parametrize("qkv_bias", [False, True])
def test_every_weight_is_torchs(qkv_bias):
    config = GPT2Config(vocab_size=61, context_length=7, d_model=12, n_heads=3, n_layers=2,
                        qkv_bias=qkv_bias, tie_embeddings=False)
    ours, theirs = book_parameters(config, 123), torch_layers(config, 123)
    set_parameters(GPTModel(config), ours)      # every name and shape
    for name in ("token_embedding", "position_embedding"):
        assert_same_normal(ours[f"{name}.weight"], theirs[name].weight.detach())
    np.testing.assert_array_equal(ours["head.weight"], theirs["head"].weight.detach())
    for i in range(config.n_layers):
        for kind in ("weight", "bias")[:1 + qkv_bias]:
            np.testing.assert_array_equal(ours[f"blocks.{i}.attention.qkv.{kind}"], torch.cat(
                [getattr(theirs[f"{i}.{part}"], kind).detach()
                 for part in ("query", "key", "value")]))
        for room, name in (("attention", "out"), ("feed_forward", "up"),
                           ("feed_forward", "down")):
            for kind in ("weight", "bias"):
                np.testing.assert_array_equal(
                    ours[f"blocks.{i}.{room}.{name}.{kind}"],
                    getattr(theirs[f"{i}.{name}"], kind).detach())


def test_tied_embeddings_are_refused():
    with pytest.raises(ValueError, match="output layer of its own; expected tie_embeddings=False"):
        book_parameters(GPT2Config(), 123)


def test_counts_of_the_book():
    assert BOOK_CONFIG.parameter_count() == 163_009_536


@pytest.fixture(scope="module")
def tokenizer():
    return BPETokenizer(*read_gpt2_files(shared_data("gpt2-tokenizer/vocab.bpe"),
                                         shared_data("gpt2-tokenizer/encoder.json")))


def models(config):
    """The book's untrained model in both packages."""
    parameters = book_parameters(config, 123)
    model, twin = GPTModel(config), TorchGPTModel(config).eval()
    set_parameters(model, parameters)
    set_torch_parameters(twin, parameters)

    def twin_logits(ids):
        with torch.inference_mode():
            return twin(torch.from_numpy(ids.copy())).numpy()
    return ((model, generate, lambda ids: model.forward(ids)[0]),
            (twin, generate_torch, twin_logits))


def mean_loss(logits_of, inputs, targets):
    """Over batches of two windows, as the book takes it"""
    nats = [cross_entropy(logits_of(inputs[i:i + 2]), targets[i:i + 2], reduction="sum")[0]
            for i in range(0, len(inputs), 2)]
    return sum(map(float, nats)) / targets.size


@pytest.mark.slow
def test_chapter_4(tokenizer):
    prompt = tokenizer.encode("Hello, I am")
    assert prompt == [15496, 11, 314, 716]
    for model, generate_ids, _ in models(BOOK_CONFIG):
        new = list(generate_ids(model, prompt, 10, temperature=0))
        assert new == [27018, 24086, 47843, 30961, 42348, 7267, 49706, 43231, 47062, 34657]
        assert tokenizer.decode(prompt + new) == (
            "Hello, I am Featureiman Byeswickattribute argue logger Normandy Compton analogous")


@pytest.mark.slow
def test_chapter_5(tokenizer):
    text = shared_data("rasbt/the-verdict.txt").read_text(encoding="utf-8")
    cut = int(0.9 * len(text))
    parts = [SlidingWindows(np.array(tokenizer.encode(part)), 256)
             for part in (text[:cut], text[cut:])]
    windows = [part.__getitems__(range(len(part))) for part in parts]
    assert [targets.size for _, targets in windows] == [4608, 512]
    inputs = np.array([[16833, 3626, 6100], [40, 1107, 588]])
    targets = np.array([[3626, 6100, 345], [1107, 588, 11311]])
    for model, generate_ids, logits_of in models(replace(BOOK_CONFIG, context_length=256)):
        new = list(generate_ids(model, tokenizer.encode("Every effort moves you"), 10,
                                temperature=0))
        assert new == [34245, 5139, 2492, 25405, 17434, 17853, 5308, 3398, 13174, 43071]
        logits = logits_of(inputs)
        assert logits.argmax(-1).tolist() == [[16657, 339, 42826], [49906, 29669, 41751]]
        loss = float(cross_entropy(logits, targets)[0])
        assert f"{loss:.4f}" == "10.7940" and abs(np.exp(loss) - 48725.82) < 0.5
        train, validation = (mean_loss(logits_of, *pair) for pair in windows)
        assert abs(train - 10.987583690) < 2e-6 and abs(validation - 10.981105804) < 2e-6
        assert f"{train:.4f} {validation:.4f}" == "10.9876 10.9811"
