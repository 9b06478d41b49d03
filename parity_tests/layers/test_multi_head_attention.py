"""Multi-head attention: its three branches, and torch's own."""
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.multi_head_attention as ours
import torch_impl.layers.multi_head_attention as theirs
from torch_impl.layers.fused import spelled_out
from torch_impl.layers.kv_cache import KVCache
from twinformer.models.context import Context

from ..agreement import assert_agree, assert_rounding
from ..running import bounds_of, load, run_numpy
from ..strategies import cases, generic, moderate

NAME = "layers.multi_head_attention.MultiHeadAttention"


@given(cases(NAME, generic))
def test_it_does_not_look_ahead(case):
    """Bit for bit, in the fused branch and in the one with dropout."""
    case = case.causal()
    layer = load(ours.MultiHeadAttention(*case.arguments), case)
    other = case.inputs["x"].copy()
    other[:, -1] = 1e3
    y, _ = layer.forward(case.inputs["x"], **case.options())
    y2, _ = layer.forward(other, **case.options())
    np.testing.assert_array_equal(y[:, :-1], y2[:, :-1])


@given(cases(NAME, generic), st.data())
def test_what_the_mask_hides_has_no_influence(case, data):
    """Whoever may not look at a position does not notice it, bit for bit."""
    x = case.inputs["x"]
    t = data.draw(st.integers(0, x.shape[1] - 1))
    mask = np.random.default_rng(t).random((len(x), *x.shape[1:2] * 2)) < 0.5
    mask[..., t] = False
    case = replace(case.causal(), mask=mask)
    layer = load(ours.MultiHeadAttention(*case.arguments), case)
    other = x.copy()
    other[:, t] = 1e3
    y, _ = layer.forward(x, **case.options())
    y2, _ = layer.forward(other, **case.options())
    rest = np.arange(x.shape[1]) != t
    np.testing.assert_array_equal(y[:, rest], y2[:, rest])


@given(cases(NAME, moderate))
def test_the_causal_mask_is_what_no_mask_means(case):
    T = case.inputs["x"].shape[1]
    case = case.causal()
    masked = replace(case, mask=np.tri(T, dtype=bool))
    one, other = run_numpy(case), run_numpy(masked)
    _, bounds = bounds_of(case)
    for name in one:
        assert_agree(other[name], one[name], 2 * bounds[name], name)


@given(cases(NAME, generic))
def test_all_kept_is_no_dropout(case):
    """The plain branch with masks that keep everything, and rate 0 but for
    the scale: the same as the fused branch."""
    D, H, _, bias = case.arguments
    case = replace(case.causal(), arguments=(D, H, 1e-300, bias), keep=None)
    layer = load(ours.MultiHeadAttention(*case.arguments), case)
    _, bounds = bounds_of(case)
    y, cache = layer.forward(
        case.inputs["x"], Context(keep=lambda shape, rate: True))
    assert cache.plain
    dx = layer.backward(case.dy, cache)
    expected = run_numpy(case)
    assert_agree(y, expected["y"], bounds["y"])
    assert_agree(dx, expected["dx"], bounds["dx"])


@given(cases(NAME, moderate))
def test_it_is_torchs_multihead_attention(case):
    """A third party: torch.nn.MultiheadAttention with a causal mask."""
    D, H, _, bias = case.arguments
    case = replace(case.causal(), keep=None)
    peer = torch.nn.MultiheadAttention(D, H, batch_first=True).double()
    p = {name: torch.from_numpy(a) for name, a in case.parameters.items()}
    peer.in_proj_weight.data = p["qkv.weight"]
    peer.in_proj_bias.data = (p["qkv.bias"] if bias
                              else torch.zeros(3 * D, dtype=torch.float64))
    peer.out_proj.weight.data = p["out.weight"]
    peer.out_proj.bias.data = p["out.bias"]
    x = torch.from_numpy(case.inputs["x"])
    ahead = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
    y, _ = peer(x, x, x, attn_mask=ahead, need_weights=False)
    assert_agree(run_numpy(case)["y"], y, 2 * bounds_of(case)[1]["y"])


@given(st.integers(1, 3), st.integers(1, 5), st.integers(1, 4),
       st.integers(1, 4))
def test_splitting_and_merging_heads(B, T, H, K):
    x = np.arange(B * T * H * K).reshape(B, T, H * K)
    heads = ours.split_heads(x, H)
    assert heads.shape == (B, H, T, K)
    np.testing.assert_array_equal(heads[0, -1], x[0, :, -K:])
    np.testing.assert_array_equal(ours.merge_heads(heads), x)
    np.testing.assert_array_equal(
        heads, theirs.split_heads(torch.from_numpy(x), H))
    assert np.shares_memory(heads, x)


def test_spelled_out_dropout_without_masks_is_refused():
    """Attention's dropout would be left out without a word."""
    layer, x = theirs.MultiHeadAttention(8, 2, dropout=0.5), torch.ones(1, 3, 8)
    keep = Context(keep=lambda shape, rate: np.ones(shape, bool))
    with spelled_out():
        with pytest.raises(ValueError, match="no masks to draw"):
            layer(x)
        assert layer(x, keep).shape == x.shape
        assert layer.eval()(x).shape == x.shape
    assert layer.train()(x).shape == x.shape          # torch's kernel draws


@pytest.mark.parametrize("spelled", [False, True])
def test_a_new_token_needs_no_mask(spelled, monkeypatch):
    """The last position may see every key, so none is built, nor copied."""
    monkeypatch.setattr(theirs, "visible_mask", None)
    monkeypatch.setattr("torch_impl.layers.fused_attention.visible_mask", None)
    monkeypatch.setattr("torch_impl.layers.tiles.visible", None)
    layer = theirs.MultiHeadAttention(8, 2).double()
    context = Context(kv_cache=KVCache(3))
    x = torch.randn(2, 3, 8).double()
    with spelled_out() if spelled else nullcontext(), torch.no_grad():
        parts = [layer(x[:, t:t + 1], context) for t in range(3)]
    monkeypatch.undo()
    # widths of 8, 4 and 8 and three keys, one sum after another
    assert_rounding(torch.cat(parts, 1), layer(x), 8 + 4 + 3 + 8, size=1)


@pytest.mark.parametrize("package", [ours, theirs])
def test_heads_that_do_not_divide_the_width_are_refused(package):
    with pytest.raises(ValueError, match="3 heads do not divide 8"):
        package.MultiHeadAttention(8, 3)
