"""Real trained weights: a GPT-2 that sorts six digits, with every intermediate
its author stored (bbycroft/llm-viz, MIT). Both implementations reproduce them,
and sort."""
import base64
import itertools
import json

import numpy as np
import pytest
import torch

import numpy_impl
import torch_impl
from numpy_impl.layers.softmax import log_softmax, softmax
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from numpy_impl.models.parameters import set_parameters
from torch_impl.layers.fused import spelled_out
from torch_impl.models import gpt2, parameters

from ..agreement import assert_rounding
from ..shared_data import shared_data
from .test_gpt2 import NAMES

CONFIG = GPT2Config(vocab_size=3, context_length=11, d_model=48, n_heads=3,
                    n_layers=3, dropout=0.1, tie_embeddings=False)

EPS = np.finfo(np.float32).eps


def arrays(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    return {name: np.frombuffer(base64.b64decode(entry["data"]),
                                "<f4").reshape(entry["shape"])
            for name, entry in content.items() if "data" in entry}


@pytest.fixture(scope="module")
def weights():
    stored = arrays(shared_data("gpt-nano-sort/gpt-nano-sort-model.json"))
    found = {"token_embedding.weight": stored["transformer.wte.weight"],
             "position_embedding.weight": stored["transformer.wpe.weight"],
             "final_norm.weight": stored["transformer.ln_f.weight"],
             "final_norm.bias": stored["transformer.ln_f.bias"],
             "head.weight": stored["lm_head.weight"]}
    for layer, (name, other), kind in itertools.product(
            range(3), NAMES.items(), ("weight", "bias")):
        found[f"blocks.{layer}.{name}.{kind}"] = stored[
            f"transformer.h.{layer}.{other}.{kind}"]  # already (out, in)
    return found


@pytest.fixture(scope="module")
def stored():
    return arrays(shared_data("gpt-nano-sort/gpt-nano-sort-t0-partials.json"))


def numpy_intermediates(weights, ids):
    """What each layer returns, by its path, in float32."""
    model, found = GPTModel(CONFIG), {}
    set_parameters(model, weights)
    for path, module in model.named_modules():
        if hasattr(module, "forward"):
            def watched(*a, forward=module.forward, path=path, **k):
                result = forward(*a, **k)
                y = result[0] if isinstance(result, tuple) else result
                found.setdefault(path.rstrip("."), y.copy())
                return result
            module.forward = watched
    model.forward(ids)
    return found


def torch_intermediates(weights, ids):
    model, found = gpt2.GPTModel(CONFIG).eval(), {}
    parameters.set_parameters(model, weights)
    for path, module in model.named_modules():
        def note(module, arguments, y, path=path):
            found.setdefault(path, y.detach().numpy().copy())
        module.register_forward_hook(note)
    model(torch.from_numpy(ids))
    return found


# ours -> theirs; the dropouts between change nothing here
STORED = {
    "token_embedding": "tok_emb", "position_embedding": "x",
    "blocks.0.norm1": "ln1", "blocks.0.attention.qkv": "qkv",
    "blocks.0.attention": "yProj", "blocks.0.norm2": "ln2",
    "blocks.0.feed_forward.up": "fc", "blocks.0.feed_forward": "mlp",
    "blocks.0": "block0", "blocks.1": "block1", "blocks.2": "block2",
    "final_norm": "ln_f", "": "lm_head"}


@pytest.mark.parametrize("branch", ["numpy", "torch", "torch spelled out"])
def test_every_stored_intermediate_is_reproduced(weights, stored, branch):
    """Within float32's rounding of two ways to add up: sums of up to 192
    terms, sqrt(192) < 16 roundings of the largest number, through the 7 sums
    that follow each other in a block and 3 blocks."""
    ids = stored["idx"].astype(int)
    if branch == "numpy":
        found = numpy_intermediates(weights, ids)
    elif branch == "torch":
        found = torch_intermediates(weights, ids)
    else:
        with spelled_out():
            found = torch_intermediates(weights, ids)
    for name, theirs in STORED.items():
        expected = stored[theirs]
        assert_rounding(found[name], expected, 2, np.abs(expected).max(),
                        theirs)
    logits = found[""]
    assert_rounding(softmax(logits), stored["probs"], 2, size=1)
    np.testing.assert_array_equal(logits.argmax(-1), [
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2], [0, 0, 0, 0, 1, 0, 0, 1, 2, 2, 2],
        [1, 0, 0, 0, 1, 0, 1, 1, 2, 2, 2]])


@pytest.mark.parametrize("backend", [numpy_impl, torch_impl],
                         ids=["numpy", "torch"])
def test_all_729_inputs_are_sorted(weights, backend):
    if backend is numpy_impl:
        model = GPTModel(CONFIG)
        set_parameters(model, weights)

        def run(ids):
            return model.forward(ids)[0]
    else:
        model = gpt2.GPTModel(CONFIG).eval()
        parameters.set_parameters(model, weights)

        def run(ids):
            with torch.no_grad():
                return model(torch.from_numpy(ids)).numpy()
    digits = np.array(list(itertools.product(range(3), repeat=6)))
    ids, wanted = digits, np.sort(digits, -1)
    for _ in range(6):
        best = run(ids[:, -11:])[:, -1].argmax(-1)
        ids = np.concatenate([ids, best[:, None]], -1)
    np.testing.assert_array_equal(ids[:, 6:], wanted)

    logits = run(np.concatenate([digits, wanted], -1)[:, :11])[:, 5:]
    logp = np.take_along_axis(log_softmax(logits), wanted[..., None], -1)
    assert abs(-logp.mean(dtype=np.float64) - 1.14467e-4) < 1e-8
