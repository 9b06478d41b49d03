"""The post-norm block: what its norms make of x, and torch's own layer."""
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given

import numpy_impl.layers.post_norm_block as ours
from numpy_impl.layers.norm import LayerNorm
from twinformer.models.context import Context

from ..agreement import assert_agree, assert_rounding
from ..running import bounds_of, load, run_numpy
from ..strategies import cases, generic, moderate

NAME = "layers.post_norm_block.PostNormBlock"


def torchs_layer(case):
    """torch.nn.TransformerEncoderLayer with the weights of a case."""
    D, H, F, _, _, activation, eps = case.arguments
    bend = torch.nn.GELU("none" if activation == "gelu_exact" else "tanh")
    peer = torch.nn.TransformerEncoderLayer(
        D, H, F, 0.0, bend, eps, batch_first=True, dtype=torch.float64)
    theirs = {"norm1": "norm1", "norm2": "norm2",
              "attention.out": "self_attn.out_proj",
              "feed_forward.up": "linear1", "feed_forward.down": "linear2"}
    p = {name: torch.from_numpy(a) for name, a in case.parameters.items()}
    state = {"self_attn.in_proj_weight": p["attention.qkv.weight"],
             "self_attn.in_proj_bias": p["attention.qkv.bias"]}
    for name, other in theirs.items():
        for kind in ("weight", "bias"):
            state[f"{other}.{kind}"] = p[f"{name}.{kind}"]
    peer.load_state_dict(state)
    return peer


@given(cases(NAME, moderate))
def test_it_is_torchs_encoder_layer(case):
    """A third party: y and dx, where every position may see every other."""
    x = case.inputs["x"]
    T = x.shape[1]
    full = replace(case.causal(), mask=np.ones((T, T), bool), keep=None)
    entering = torch.from_numpy(x).requires_grad_()
    y = torchs_layer(case)(entering)
    y.backward(torch.from_numpy(full.dy))
    result, (_, bounds) = run_numpy(full), bounds_of(full)
    assert_agree(result["y"], y, 2 * bounds["y"])
    assert_agree(result["dx"], entering.grad, 2 * bounds["dx"])


@given(cases(NAME, generic))
def test_what_leaves_a_new_block_is_normalised(case):
    """Mean 0 and variance 1 at every position, whatever went in; or less,
    where all features were equal."""
    layer = ours.PostNormBlock(*case.arguments).to(np.float64)
    y, _ = layer.forward(case.inputs["x"], **case.options())
    D = y.shape[-1]
    assert_rounding(y.mean(-1), np.zeros(y.shape[:-1]), D, 1.0)
    assert_rounding(np.maximum(y.var(-1), 1), np.ones(y.shape[:-1]), D)


@given(cases(NAME, generic))
def test_without_weights_its_norms_are_left(case):
    """Both branches end in zeros: y = norm2(norm1(x)), and so goes dx."""
    case = case.causal()
    layer = load(ours.PostNormBlock(*case.arguments), case)
    for name, array in layer.named_parameters():
        if name.startswith(("attention.out", "feed_forward.down")):
            array[...] = 0
    x = case.inputs["x"]
    y, cache = layer.forward(x, **case.options())
    dx = layer.backward(case.dy, cache)
    norms = [LayerNorm(x.shape[-1], layer.norm1.eps).to(np.float64)
             for _ in range(2)]
    for norm, like in zip(norms, (layer.norm1, layer.norm2), strict=True):
        norm.weight[...], norm.bias[...] = like.weight, like.bias
    h, first = norms[0].forward(x)
    expected, second = norms[1].forward(h)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(
        dx, norms[0].backward(norms[1].backward(case.dy, second), first))


@pytest.mark.parametrize("seen", [0, 1, 3])
def test_positions_that_none_sees_change_no_other(seen):
    """Bit for bit: the mask hides one position from all the others."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(2, 4, 6))
    layer = ours.PostNormBlock(6, 2, 5).to(np.float64)
    mask = np.ones((4, 4), bool)
    mask[:, seen] = False
    other = x.copy()
    other[:, seen] = 7 * draw.normal(size=(2, 6))
    y, y2 = (layer.forward(a, Context(mask=mask))[0] for a in (x, other))
    rest = np.arange(4) != seen
    np.testing.assert_array_equal(y[:, rest], y2[:, rest])
    assert (y[:, seen] != y2[:, seen]).any()
