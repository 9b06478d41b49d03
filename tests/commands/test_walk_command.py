"""twinformer walk: the printed pass is the model's own, and can be read."""
import io
import sys

import numpy as np
import pytest
import torch

from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import get_parameters, set_parameters
from numpy_impl.training.loss import cross_entropy, cross_entropy_backward
from twinformer.commands.walk import passes as walked
from twinformer.commands.main import main
from twinformer.commands.walk.model import MOST_TOKENS
from torch_impl.models import gpt2, parameters

from ..tiny_run import tiny_run


def walk(capsys, *words):
    code = main(["walk", *map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def twins(tie):
    config = GPT2Config(vocab_size=11, context_length=8, d_model=12, n_heads=3, n_layers=2,
                        dropout=0.0, tie_embeddings=tie)
    values = {name: 10 * array if array.ndim == 2 else array
              for name, array in initial_parameters(config, 1).items()}
    model, twin = GPTModel(config).to(np.float64), gpt2.GPTModel(config).double()
    set_parameters(model, values)
    parameters.set_parameters(twin, values)
    return model, twin


@pytest.mark.parametrize("tie", [True, False])
def test_the_walk_is_the_models_own_way(tie):
    """Laid flat, the pass gives the model's logits, loss and gradients."""
    model, twin = twins(tie)
    ids, targets = np.random.default_rng(0).integers(0, 11, (2, 1, 7))
    arrays, caches = walked.numpy_forward(model, ids, targets)
    gradients = walked.numpy_backward(model, arrays, caches, targets)
    arrays_t, gradients_t = walked.torch_pass(twin, torch.tensor(ids), torch.tensor(targets))
    walked_gradients = {name: g.copy() for name, g in model.named_gradients()}

    logits, cache = model.forward(ids)
    loss, loss_cache = cross_entropy(logits, targets)
    model.zero_grad()
    model.backward(cross_entropy_backward(1.0, loss_cache), cache)
    np.testing.assert_allclose(arrays["logits"], logits, rtol=0, atol=1e-13)
    np.testing.assert_allclose(arrays["loss"], loss, rtol=1e-13)
    for name, gradient in model.named_gradients():
        np.testing.assert_allclose(walked_gradients[name], gradient, rtol=0, atol=1e-13)
    for name, parameter in twin.named_parameters():
        np.testing.assert_allclose(walked_gradients[name], parameter.grad, rtol=0, atol=1e-13)

    assert arrays.keys() == arrays_t.keys() and gradients.keys() == gradients_t.keys()
    for ours, theirs in ((arrays, arrays_t), (gradients, gradients_t)):
        for name in ours:
            assert ours[name].shape == theirs[name].shape
            np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=1e-12)
    assert len(get_parameters(model)) == len(list(twin.named_parameters()))


@pytest.mark.parametrize("text", ["hello", "to be or not to be", "你好世界 🎉", "aaaa", "ab",
                                  "a\tb\nc", "x" * (MOST_TOKENS + 1)])
def test_a_text_can_be_walked_through_and_read(capsys, text):
    code, out, err = walk(capsys, text)
    assert code == 0 and err == ""
    assert "Both sides did the same mathematics." in out
    assert all(len(line) <= 100 and line == line.rstrip() for line in out.splitlines())
    assert "\x1b" not in out  # no colours where nobody sees them
    for formula in ("x = E[ids]", "scores = q k^T / sqrt(K)", "context = weights v",
                    "loss = -mean_t log p[t, target_t]", "dlogits = (p - onehot(target)) / T",
                    "dscores = w (dw - sum_s dw w)", "blocks.1.norm2.bias"):
        assert formula in out


def test_every_block_is_shown_where_asked(capsys):
    brief = walk(capsys, "hello", "--blocks", 0)[1]
    one = walk(capsys, "hello")[1]
    full = walk(capsys, "hello", "--blocks", 2)[1]
    assert brief.count("attention scores") == 0
    assert one.count("attention scores") == 1
    assert full.count("attention scores") == 2
    assert brief.splitlines()[-3:] == full.splitlines()[-3:]  # all is compared all the same


def test_the_same_seed_prints_the_same_walk(capsys):
    assert walk(capsys, "hello")[1] == walk(capsys, "hello", "--seed", 0)[1]
    assert walk(capsys, "hello")[1] != walk(capsys, "hello", "--seed", 1)[1]


def test_other_shapes_and_single_precision(capsys):
    code, out, _ = walk(capsys, "hello", "--d-model", 12, "--n-heads", 3, "--n-layers", 1,
                        "--dtype", "float32")
    assert code == 0 and "all arithmetic in float32" in out and "of float32" in out


def test_a_trained_model_can_be_walked_through(capsys, tmp_path):
    run = tiny_run(tmp_path, steps=1)
    code, out, _ = walk(capsys, "The fox", "--model", run)
    assert code == 0 and f"the model of {run}" in out
    code, _, err = walk(capsys, "x" * 18, "--model", run)
    assert code == 2 and "18 tokens long and a walk shows 17 at most" in err


def test_a_difference_is_reported(capsys, monkeypatch):
    right = walked.numpy_backward

    def wrong(*arguments):
        gradients = right(*arguments)
        gradients["blocks.0.q"] = gradients["blocks.0.q"] * (1 + 1e-9)
        return gradients
    monkeypatch.setattr(walked, "numpy_backward", wrong)
    code, out, _ = walk(capsys, "hello")
    assert code == 1 and "THE TWO SIDES DIFFER" in out and "at d blocks.0.q.\n" in out


def test_the_text_comes_from_standard_input(capsys, monkeypatch):
    expected = walk(capsys, "héllo")[1]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("héllo\n".encode()), "utf-8"))
    assert walk(capsys, "-")[1] == expected


@pytest.mark.parametrize(("words", "message"), [
    ([""], "the text is empty"),
    (["a"], "a walk needs two"),
    (["x" * (MOST_TOKENS + 2)], f"a walk shows {MOST_TOKENS + 1} at most"),
    (["hello", "--n-heads", "3"], "does not divide model.d_model (8)"),
    (["hello", "--n-layers", "0"], "n_layers must be at least 1"),
    (["hello", "--blocks", "-1"], "--blocks must not be negative"),
    (["hello", "--seed", "-1"], "--seed must not be negative"),
    (["hello", "--model", "nowhere"], "there is no run at nowhere"),
    (["hello", "--dtype", "float16"], "dtype"),
    ([], "text"),
])
def test_mistakes_are_one_line(capsys, words, message):
    code, out, err = walk(capsys, *words)
    assert code == 2 and out == ""
    assert err.startswith("twinformer: error: ") and message in err and err.count("\n") == 1
