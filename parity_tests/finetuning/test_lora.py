"""LoRALinear: against autograd, its own derivative, and the paper's formula."""
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.finetuning.lora as ours
import torch_impl.finetuning.lora as theirs
from numpy_impl.layers.linear import Linear
from torch_impl.layers.linear import Linear as TorchLinear
from twinformer.models.context import Context

from ..agreement import assert_agree, assert_rounding
from ..bounds import measured_bounds
from ..running import load, run_torch
from ..strategies import cases

NAME = "finetuning.lora.LoRALinear"
SIDES = pytest.mark.parametrize("side, linear", [(ours, Linear), (theirs, TorchLinear)],
                                ids=["numpy", "torch"])


@given(data=st.data())
def test_a_frozen_base_gets_no_gradient_and_changes_no_other(data):
    """The same dx, dA and dB to the bit, and nothing kept for the base."""
    case = data.draw(cases(NAME))
    layer = load(case.component.find("numpy_impl")(*case.arguments), case)
    frozen = load(case.component.find("numpy_impl")(*case.arguments), case)
    frozen.base.grads = dict.fromkeys(frozen.base.grads)
    results = []
    for one in (layer, frozen):
        y, cache = one.forward(*case.inputs.values(), **case.options())
        results.append((y, one.backward(case.dy, cache), one.grads))
        assert (cache[0] is None) == (one is frozen)
    np.testing.assert_equal(results[0], results[1])
    assert frozen.base.grads.keys() == layer.base.grads.keys()
    assert not any(grad is not None for grad in frozen.base.grads.values())


@pytest.mark.parametrize("frozen, other", [("A", "B"), ("B", "A")])
def test_a_factor_can_be_frozen_alone(frozen, other):
    layer, x, dy = random_layer(0)
    _, cache = layer.forward(x)
    dx = layer.backward(dy, cache)
    expected = layer.grads[other].copy()
    layer.zero_grad()
    layer.grads[frozen] = None
    np.testing.assert_array_equal(layer.backward(dy, layer.forward(x)[1]), dx)
    np.testing.assert_array_equal(layer.grads[other], expected)
    assert layer.grads[frozen] is None


def random_layer(seed, dropout=0.0, parts=1, dtype=np.float64):
    generator = np.random.default_rng(seed)
    base = Linear(6, 9).to(dtype)
    base.weight[...] = generator.standard_normal((9, 6))
    base.bias[...] = generator.standard_normal(9)
    layer = ours.LoRALinear(base, 2, 6, dropout, parts, seed)
    layer.B[...] = generator.standard_normal(layer.B.shape)
    draw = generator.standard_normal
    return layer, draw((5, 6)).astype(dtype), draw((5, 9)).astype(dtype)


def test_the_papers_formula():
    """h = W x + (alpha / r) B A x, spelled out row by row"""
    layer, x, _ = random_layer(1)
    y, _ = layer.forward(x)
    for row, out in zip(x, y):
        h = layer.base.weight @ row + 6 / 2 * (layer.B @ (layer.A @ row))
        assert_rounding(out, h + layer.base.bias, 6 + 2, np.abs(h).max())


def test_three_parts_are_three_layers_side_by_side():
    layer, x, dy = random_layer(2, parts=3)
    y, cache = layer.forward(x)
    dx = layer.backward(dy, cache)
    total = np.zeros_like(dx)
    for part in range(3):
        rows, factor = slice(3 * part, 3 * part + 3), slice(2 * part, 2 * part + 2)
        base = Linear(6, 3).to(np.float64)
        base.weight[...], base.bias[...] = layer.base.weight[rows], layer.base.bias[rows]
        alone = ours.LoRALinear(base, 2, 6)
        alone.A[...], alone.B[...] = layer.A[factor], layer.B[rows]
        one, cache = alone.forward(x)
        assert_rounding(y[:, rows], one, 6 + 2, np.abs(y).max())
        total += alone.backward(dy[:, rows], cache)
        for found, expected in ((layer.grads["A"][factor], alone.grads["A"]),
                                (layer.grads["B"][rows], alone.grads["B"])):
            assert_rounding(found, expected, 6 + 5, np.abs(expected).max())
    assert_rounding(dx, total, 9 + 2, np.abs(total).max())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_new_layer_computes_what_its_base_does(dtype):
    """B = 0: the same output bit for bit, no dA, and dx of the base."""
    layer, x, dy = random_layer(3, dropout=0.5, dtype=dtype)
    layer.B[...] = 0
    keep = lambda shape, rate: np.random.default_rng(0).random(shape) >= rate  # noqa: E731
    y, cache = layer.forward(x, Context(keep=keep))
    expected, base_cache = layer.base.forward(x)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(layer.backward(dy, cache),
                                  layer.base.backward(dy, base_cache))
    assert not layer.grads["A"].any() and layer.grads["B"].any()


def test_dropout_is_for_the_correction_alone():
    layer, x, dy = random_layer(4, dropout=0.25)
    kept = np.random.default_rng(0).random(x.shape) >= 0.25
    y, cache = layer.forward(x, Context(keep=lambda shape, rate: kept))
    plain, _ = layer.base.forward(x)
    change = 3 * (x * kept / 0.75) @ layer.A.T @ layer.B.T
    assert_rounding(y, plain + change, 6 + 2, np.abs(y).max())
    dx = layer.backward(dy, cache)
    through_base = dy @ layer.base.weight
    change = 3 * dy @ layer.B @ layer.A * kept / 0.75
    assert_rounding(dx, through_base + change, 9 + 2, np.abs(dx).max())
    np.testing.assert_array_equal(layer.forward(x)[0], layer.forward(x)[0])


def test_the_twin_drops_out_by_itself_while_it_trains():
    layer = theirs.LoRALinear(TorchLinear(4, 3).eval(), 2, 2, 0.5)
    torch.nn.init.ones_(layer.B)
    x = torch.ones(1, 4)
    assert not layer.training and torch.equal(layer(x), layer(x))
    layer.train()
    torch.manual_seed(0)
    assert len({layer(x)[0, 0].item() for _ in range(20)}) > 1


@given(data=st.data())
def test_merged_is_the_same_but_for_rounding(data):
    case = data.draw(cases(NAME))
    case = replace(case, keep=None)  # nothing is dropped out where nothing is trained
    layer = load(case.component.find("numpy_impl")(*case.arguments), case)
    before = layer.base.weight.copy()

    def merged():
        twin = load(case.component.find("torch_impl")(*case.arguments), case)
        weight = twin.base.weight + twin.scale * torch.block_diag(
            *twin.B.reshape(twin.parts, -1, twin.rank)) @ twin.A
        y = torch.from_numpy(case.inputs["x"]) @ weight.T
        return {"y": y if twin.base.bias is None else y + twin.base.bias}
    exact, bounds = measured_bounds(
        merged, lambda: {"y": run_torch(case, fused=False)["y"]})
    linear = layer.merged()
    assert_agree(linear.forward(*case.inputs.values())[0], exact["y"], bounds["y"])
    twin = load(case.component.find("torch_impl")(*case.arguments), case).merged()
    assert_agree(twin(torch.from_numpy(case.inputs["x"])), exact["y"], bounds["y"])
    np.testing.assert_array_equal(layer.base.weight, before)


def test_merged_is_frozen_and_shares_the_offset():
    layer, _, _ = random_layer(5)
    linear = layer.merged()
    assert linear.grads["weight"] is None and linear.bias is layer.base.bias
    twin = theirs.LoRALinear(TorchLinear(4, 3), 2, 2)
    assert not twin.merged().weight.requires_grad
    assert twin.merged().bias is twin.base.bias


@SIDES
@pytest.mark.parametrize("D", [1, 16, 768])
def test_both_begin_alike_and_within_the_bound(side, linear, D):
    A = ours.LoRALinear(Linear(D, 2), 16, 16, seed=7).A
    same = np.asarray(side.LoRALinear(linear(D, 2), 16, 16, seed=7).A.tolist(), np.float32)
    np.testing.assert_array_equal(A, same)
    assert np.abs(A).max() <= np.float32(D ** -0.5) and A.dtype == np.float32
    assert D < 16 or np.abs(A).max() > 0.9 * D ** -0.5
    assert not np.array_equal(A, ours.LoRALinear(Linear(D, 2), 16, 16, seed=8).A)


def test_the_first_values_are_spread_as_pefts_are():
    """Uniform: the variance is bound^2 / 3, as of kaiming_uniform_(a=sqrt(5))."""
    A = torch.empty(64, 256)
    torch.manual_seed(0)
    torch.nn.init.kaiming_uniform_(A, a=5 ** 0.5)
    mine = ours.initial_factor((64, 256), 0)
    assert abs(mine.std() / float(A.std()) - 1) < 0.02
    assert abs(np.abs(mine).max() / float(A.abs().max()) - 1) < 0.001


@SIDES
def test_it_takes_the_dtype_of_its_base(side, linear):
    base = linear(3, 4)
    base = base.to(np.float64) if side is ours else base.double()
    layer = side.LoRALinear(base, 2, 2)
    assert layer.A.dtype == layer.B.dtype == base.weight.dtype
    assert layer.base is base


@SIDES
@pytest.mark.parametrize("change, message", [
    ({"rank": 0}, "whole number from 1"), ({"rank": 1.5}, "whole number from 1"),
    ({"rank": -2}, "whole number from 1"), ({"alpha": 0}, "must be positive"),
    ({"alpha": float("nan")}, "must be positive"), ({"alpha": float("inf")}, "must be positive"),
    ({"dropout": 1.0}, "expected a rate in"), ({"parts": 2}, "2 parts do not divide 3")])
def test_bad_sizes_are_refused(side, linear, change, message):
    with pytest.raises(ValueError, match=message):
        side.LoRALinear(linear(4, 3), **{"rank": 2, "alpha": 2.0} | change)
