"""The ladder to multi-head attention, rung by rung."""
from dataclasses import replace

import numpy as np
import torch
from hypothesis import given

import numpy_impl.layers.self_attention as ours
from numpy_impl.layers.multi_head_attention import MultiHeadAttention

from ..agreement import assert_agree, assert_printed
from ..running import bounds_of, load, run_numpy
from ..strategies import cases, generic


def test_the_books_example():
    """Six words of three numbers, "Your journey starts with one step": the
    weights and the context of the second, as chapter 3 prints them."""
    x = np.array([[0.43, 0.15, 0.89], [0.55, 0.87, 0.66], [0.57, 0.85, 0.64],
                  [0.22, 0.58, 0.33], [0.77, 0.25, 0.10], [0.05, 0.80, 0.55]])
    y, (_, weights) = ours.simple_self_attention(x)
    assert_printed(weights[1], [.1385, .2379, .2333, .1240, .1082, .1581], 4)
    assert_printed(y[1], [.4419, .6515, .5683], 4)


@given(cases("layers.self_attention.CausalAttention", generic))
def test_causal_attention_does_not_look_ahead(case):
    """Bit for bit: whatever the last position holds."""
    layer = load(ours.CausalAttention(*case.arguments), case)
    x, options = case.inputs["x"], case.options()
    other = x.copy()
    other[..., -1, :] = 1e3
    y, _ = layer.forward(x, **options)
    y2, _ = layer.forward(other, **case.options())
    np.testing.assert_array_equal(y[..., :-1, :], y2[..., :-1, :])


@given(cases("layers.self_attention.SelfAttention", generic))
def test_self_attention_looks_both_ways(case):
    """Turning the sequence round turns the result round: no order is known."""
    layer = load(ours.SelfAttention(*case.arguments), case)
    _, bounds = bounds_of(case)
    y, _ = layer.forward(case.inputs["x"])
    back, _ = layer.forward(case.inputs["x"][..., ::-1, :].copy())
    assert_agree(back[..., ::-1, :], y, 2 * bounds["y"])


@given(cases("layers.self_attention.MultiHeadAttentionWrapper", generic))
def test_the_wrapper_is_multi_head_attention(case):
    """With the heads' weights stacked, queries first, then keys, then values,
    and an output projection that changes nothing."""
    D, K, H, rate, bias = case.arguments
    case = replace(case, keep=None)
    y, bounds = run_numpy(case)["y"], bounds_of(case)[1]
    together = MultiHeadAttention(H * K, H, rate, bias).to(np.float64)

    def stacked(kind):
        return np.concatenate([case.parameters[f"heads.{h}.{part}.{kind}"]
                               for part in ("query", "key", "value")
                               for h in range(H)])
    # the wrapper may be fed a narrower or wider x than it puts out; the fused
    # layer may not, so its inputs and weights are filled up with zeros
    x = case.inputs["x"]
    rows = x.reshape(-1, *x.shape[-2:])
    width = max(D, H * K)
    if width > H * K:
        return
    fill = np.zeros((*rows.shape[:-1], width - D))
    weight = np.zeros((3 * H * K, width))
    weight[:, :D] = stacked("weight")
    together.qkv.weight[...] = weight
    if bias:
        together.qkv.bias[...] = stacked("bias")
    together.out.weight[...] = np.eye(H * K)
    y2, _ = together.forward(np.concatenate([rows, fill], -1))
    assert_agree(y2.reshape(y.shape), y, 2 * bounds["y"])


def test_the_twin_drops_weights_while_training_and_only_then():
    from torch_impl.layers.self_attention import MultiHeadAttentionWrapper
    torch.manual_seed(0)
    twin = MultiHeadAttentionWrapper(4, 4, n_heads=2, dropout=0.5)
    for parameter in twin.parameters():
        torch.nn.init.normal_(parameter)
    x = torch.randn(2, 6, 4)
    assert not torch.equal(twin(x), twin(x))
    twin.eval()
    assert torch.equal(twin(x), twin(x))


def test_attention_without_dropout_takes_no_masks():
    from twinformer.models.context import Context
    from twinformer.models.keep_masks import KeepMasks
    layer = ours.SelfAttention(3, 4)
    x = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    y, _ = layer.forward(x, Context(keep=KeepMasks(0)))
    np.testing.assert_array_equal(y, layer.forward(x)[0])
