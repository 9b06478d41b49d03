"""The transformer block: two shortcuts, and torch's own layer."""
from dataclasses import replace

import numpy as np
import torch
from hypothesis import given

import numpy_impl.layers.block as ours

from ..agreement import assert_agree
from ..running import bounds_of, load, run_numpy
from ..strategies import cases, generic, moderate

NAME = "layers.block.TransformerBlock"


@given(cases(NAME, generic))
def test_it_does_not_look_ahead(case):
    case = case.causal()
    layer = load(ours.TransformerBlock(*case.arguments), case)
    other = case.inputs["x"].copy()
    other[:, -1] = np.linspace(-5, 5, other.shape[-1])
    y, _ = layer.forward(case.inputs["x"], **case.options())
    y2, _ = layer.forward(other, **case.options())
    np.testing.assert_array_equal(y[:, :-1], y2[:, :-1])


def test_a_new_block_is_the_identity():
    """All weights 0: what is left are the shortcuts, forward and back."""
    x = np.random.default_rng(0).standard_normal((2, 3, 4), np.float32)
    layer = ours.TransformerBlock(4, 2, seed=None)
    y, cache = layer.forward(x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(layer.backward(x, cache), x)


@given(cases(NAME, moderate))
def test_it_is_torchs_pre_norm_encoder_layer(case):
    """A third party, made causal by a mask."""
    D, H, _, bias = case.arguments
    case = replace(case.causal(), keep=None)
    peer = torch.nn.TransformerEncoderLayer(
        D, H, 4 * D, 0.0, torch.nn.GELU("tanh"), batch_first=True,
        norm_first=True, dtype=torch.float64)
    theirs = {"norm1": "norm1", "norm2": "norm2",
              "attention.out": "self_attn.out_proj",
              "feed_forward.up": "linear1", "feed_forward.down": "linear2"}
    p = {name: torch.from_numpy(a) for name, a in case.parameters.items()}
    zeros = torch.zeros(3 * D, dtype=torch.float64)
    state = {"self_attn.in_proj_weight": p["attention.qkv.weight"],
             "self_attn.in_proj_bias": p.get("attention.qkv.bias", zeros)}
    for name, other in theirs.items():
        for kind in ("weight", "bias"):
            state[f"{other}.{kind}"] = p[f"{name}.{kind}"]
    peer.load_state_dict(state)
    x = torch.from_numpy(case.inputs["x"])
    ahead = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
    y = peer(x, src_mask=ahead)
    assert_agree(run_numpy(case)["y"], y, 2 * bounds_of(case)[1]["y"])
