"""Mixtures of experts: who is asked, who is not even looked at, and those of
transformers."""
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings

import numpy_impl
import torch_impl
from numpy_impl.layers.mixture_of_experts import dispatch

from ..agreement import assert_agree, assert_rounding
from ..case import Case
from ..components import component
from ..running import bounds_of, gradient_name, load, run_numpy
from ..strategies import cases, generic

NAME = "layers.mixture_of_experts.MixtureOfExperts"
QWEN3, GPT_OSS, DEEPSEEK = ("softmax_then_top_k", "top_k_then_softmax",
                            "sigmoid_with_groups")


def case_of(expert, E, rule, options, N=12, D=5, F=4, bias=False, shared=False,
            seed=0) -> Case:
    draw = np.random.default_rng(seed)
    arguments = expert, D, F, E, bias, shared, rule, options
    layer = component(NAME).find("numpy_impl")(*arguments)
    return Case(component(NAME), arguments,
                {name: draw.normal(size=array.shape)
                 for name, array in layer.named_parameters()},
                {"x": draw.normal(size=(2, N // 2, D))},
                draw.normal(size=(2, N // 2, D)))


def built(case, package="numpy_impl"):
    layer = load(component(NAME).find(package)(*case.arguments), case)
    return layer.double() if package == "torch_impl" else layer


@settings(max_examples=20)
@given(cases(NAME, generic))
def test_it_is_a_loop_over_tokens(case):
    """The definition, token by token: no sorting, no gathering."""
    layer, x = built(case), case.inputs["x"]
    expected = np.zeros(x.shape)
    with np.errstate(over="ignore"):
        for place in np.ndindex(x.shape[:-1]):
            logits, _ = layer.router.forward(x[place][None])
            (weights, chosen), _ = layer.route(logits)
            for weight, e in zip(weights[0], chosen[0], strict=True):
                expected[place] += weight * layer.experts[e].forward(x[place])[0]
            if layer.shared is not None:
                expected[place] += layer.shared.forward(x[place])[0]
        assert_agree(run_numpy(case)["y"], expected, 2 * bounds_of(case)[1]["y"])


@pytest.mark.parametrize("package", ["numpy_impl", "torch_impl"])
def test_an_expert_that_nobody_chose_is_not_looked_at(package):
    """Neither forward nor backward: its weights may lie in a file that is
    larger than the memory."""
    case = case_of("SwiGLU", 6, GPT_OSS, {"top_k": 1}, N=4)
    _, cache = built(case).forward(case.inputs["x"])
    assert 1 <= len(cache.runs) < 6

    class Untouchable:
        def __getattribute__(self, name):
            raise AssertionError(f"its {name} was looked at")
    layer, untouched = built(case, package), built(case, package)
    untouched.experts = Row([expert if e in cache.runs else Untouchable()
                             for e, expert in enumerate(layer.experts)])
    np.testing.assert_array_equal(run(untouched, case, package),
                                  run(layer, case, package))


class Row(torch.nn.Module):
    """A list whose modules nobody looks at."""

    def __init__(self, experts):
        super().__init__()
        object.__setattr__(self, "row", experts)

    def __getitem__(self, index):
        return self.row[index]

    def __len__(self):
        return len(self.row)


def run(layer, case, package):
    """y, after a backward"""
    if package == "numpy_impl":
        y, cache = layer.forward(case.inputs["x"])
        layer.backward(case.dy, cache)
        return y
    y = layer(torch.from_numpy(case.inputs["x"]))
    y.backward(torch.from_numpy(case.dy))
    return y.detach()


def test_experts_without_tokens_get_no_gradient():
    case = case_of("ClampedSwiGLU", 9, GPT_OSS, {"top_k": 2}, N=2, bias=True)
    layer = built(case)
    y, cache = layer.forward(case.inputs["x"])
    layer.backward(case.dy, cache)
    assert 2 <= len(cache.runs) <= 4
    for name, gradient in layer.experts.named_gradients():
        assert (int(name.split(".")[0]) in cache.runs) == gradient.any(), name
    for name, theirs in bounds_of(case)[0].items():
        if name.startswith("experts"):
            assert (int(name.split(".")[1]) in cache.runs) == theirs.any(), name


@pytest.mark.parametrize(("rule", "options"), [
    (QWEN3, {"top_k": 1}), (GPT_OSS, {"top_k": 1}), (DEEPSEEK, {"top_k": 1})])
def test_a_single_expert_is_itself_and_its_router_learns_nothing(rule, options):
    case = case_of("SwiGLU", 1, rule, options)
    layer = built(case)
    y, cache = layer.forward(case.inputs["x"])
    dx = layer.backward(case.dy, cache)
    expected, alone = layer.experts[0].forward(case.inputs["x"])
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(dx, layer.experts[0].backward(case.dy, alone))
    assert not layer.router.grads["weight"].any()


def test_what_is_frozen_is_left_out_and_the_rest_is_as_before():
    case = case_of("SwiGLU", 4, QWEN3, {"top_k": 2}, shared=True)
    all_of_it, layer = run_numpy(case), built(case)
    layer.requires_grad_(lambda name: name.startswith(("router", "experts.2")))
    y, cache = layer.forward(case.inputs["x"])
    np.testing.assert_array_equal(layer.backward(case.dy, cache),
                                  all_of_it["dx"])
    gradients = dict(layer.named_gradients())
    assert len(gradients) == 4
    for name, gradient in gradients.items():
        np.testing.assert_array_equal(gradient, all_of_it[gradient_name(name)])


def test_dispatch_sorts_by_expert_and_then_by_token():
    chosen = np.array([[2, 0], [0, 3], [2, 3]])
    tokens, places, runs = dispatch(chosen, 5)
    np.testing.assert_array_equal(tokens, [0, 1, 0, 2, 1, 2])
    np.testing.assert_array_equal(places, [[2, 0], [1, 4], [3, 5]])
    assert runs == {0: 2, 2: 2, 3: 2} and [*runs] == [0, 2, 3]
    twin = torch_impl.layers.mixture_of_experts.dispatch(
        torch.from_numpy(chosen), 5)
    np.testing.assert_array_equal(twin[0], tokens)
    np.testing.assert_array_equal(twin[1], places)
    assert twin[2] == runs


def test_a_rule_of_ones_own_needs_its_backward():
    def mine(logits):
        return logits, None
    with pytest.raises(ValueError, match="mine has no backward"):
        numpy_impl.MixtureOfExperts(
            numpy_impl.Linear(2, 1), numpy_impl.ModuleList([]), mine)


def test_lora_may_take_a_matrix_s_place():
    """Every Linear inside is given the context, with the dropout masks."""
    from twinformer.models.context import Context
    from twinformer.models.keep_masks import KeepMasks
    found = []
    for package in (numpy_impl, torch_impl):
        layer = package.MixtureOfExperts(
            package.Linear(4, 3), package.ModuleList(
                [package.SwiGLU(4, 5, seed=e) for e in range(3)]),
            partial(package.top_k_then_softmax, top_k=3))
        for expert in layer.experts:
            for name in ("gate", "up", "down"):
                lora = package.LoRALinear(getattr(expert, name), 2, 1.0, 0.5)
                setattr(expert, name, lora)
                with torch.no_grad():
                    lora.B[...] = 1
        x = np.ones((6, 4), np.float32)
        context = Context(keep=KeepMasks(1))
        y = (layer.forward(x, context)[0] if package is numpy_impl
             else layer(torch.from_numpy(x), context).detach().numpy())
        assert len(np.unique(y[:, 0])) > 1          # each token its own masks
        found.append(y)
    assert_rounding(*found, 100, size=np.abs(found[0]).max())


# -- transformers -------------------------------------------------------------

def agrees_with(peer, case, weights, y_of=lambda y: y):
    """y and every gradient. weights(peer): {our name: (tensor, its gradient
    -> ours)}; the case's parameters are put into the tensors before."""
    x = torch.tensor(case.inputs["x"], requires_grad=True)
    peer = peer.double()
    for name, (tensor, part) in weights(peer).items():
        with torch.no_grad():
            part(tensor).copy_(torch.from_numpy(case.parameters[name]))
    y = y_of(peer(x))
    y.backward(torch.from_numpy(case.dy))
    found, (_, bounds) = run_numpy(case), bounds_of(case)
    assert_agree(found["y"], y, 2 * bounds["y"])
    assert_agree(found["dx"], x.grad, 2 * bounds["dx"])
    for name, (tensor, part) in weights(peer).items():
        d = gradient_name(name)
        assert_agree(found[d], part(tensor.grad), 2 * bounds[d], d)


def halves(peer, E, F):
    """Qwen3 and DeepSeek have gate and up of all experts in one tensor."""
    weights = {"router.weight": (peer.gate.weight, lambda a: a)}
    for e in range(E):
        weights |= {
            f"experts.{e}.gate.weight": (
                peer.experts.gate_up_proj, lambda a, e=e: a[e, :F]),
            f"experts.{e}.up.weight": (
                peer.experts.gate_up_proj, lambda a, e=e: a[e, F:]),
            f"experts.{e}.down.weight": (
                peer.experts.down_proj, lambda a, e=e: a[e])}
    return weights


SIZES = [(1, 1, 12), (4, 4, 12), (5, 2, 12), (9, 2, 2), (8, 1, 2)]


@pytest.mark.parametrize(("E", "k", "N"), SIZES)
@pytest.mark.parametrize("renormalise", [True, False])
def test_qwen3s(E, k, N, renormalise, monkeypatch):
    transformers = pytest.importorskip("transformers")
    from transformers.models.qwen3_moe import modeling_qwen3_moe as qwen
    monkeypatch.setattr(torch, "float", torch.float64)  # its router's softmax
    case = case_of("SwiGLU", E, QWEN3, {"top_k": k, "renormalise": renormalise}, N)
    peer = qwen.Qwen3MoeSparseMoeBlock(transformers.Qwen3MoeConfig(
        hidden_size=5, moe_intermediate_size=4, num_experts=E,
        num_experts_per_tok=k, norm_topk_prob=renormalise,
        num_attention_heads=1, head_dim=2))
    agrees_with(peer, case, lambda peer: halves(peer, E, 4))


@pytest.mark.parametrize(("E", "k", "N"), SIZES)
def test_gpt_osss(E, k, N):
    """It lays gate and up out in turn, and every matrix (in, out)."""
    transformers = pytest.importorskip("transformers")
    from transformers.models.gpt_oss import modeling_gpt_oss as gpt_oss
    case = case_of("ClampedSwiGLU", E, GPT_OSS, {"top_k": k}, N, bias=True)
    peer = gpt_oss.GptOssMLP(transformers.GptOssConfig(
        hidden_size=5, intermediate_size=4, num_local_experts=E,
        num_experts_per_tok=k, num_attention_heads=1, head_dim=2))

    def weights(peer):
        router, experts = peer.router, peer.experts
        found = {"router.weight": (router.weight, lambda a: a),
                 "router.bias": (router.bias, lambda a: a)}
        for e in range(E):
            both, bias = experts.gate_up_proj, experts.gate_up_proj_bias
            found |= {
                f"experts.{e}.gate.weight": (both, lambda a, e=e: a[e, :, ::2].T),
                f"experts.{e}.gate.bias": (bias, lambda a, e=e: a[e, ::2]),
                f"experts.{e}.up.weight": (both, lambda a, e=e: a[e, :, 1::2].T),
                f"experts.{e}.up.bias": (bias, lambda a, e=e: a[e, 1::2]),
                f"experts.{e}.down.weight": (
                    experts.down_proj, lambda a, e=e: a[e].T),
                f"experts.{e}.down.bias": (
                    experts.down_proj_bias, lambda a, e=e: a[e])}
        return found
    agrees_with(peer, case, weights, lambda y: y[0])


@pytest.mark.parametrize(("E", "k", "N", "groups", "kept"), [
    (4, 4, 12, 1, 1), (8, 2, 12, 4, 2), (12, 2, 2, 3, 1)])
def test_deepseeks(E, k, N, groups, kept, monkeypatch):
    transformers = pytest.importorskip("transformers")
    from transformers.models.deepseek_v3 import modeling_deepseek_v3 as deepseek
    monkeypatch.setattr(torch, "float32", torch.float64)  # its router's own
    bias = tuple(np.random.default_rng(5).normal(size=E).tolist())
    case = case_of("SwiGLU", E, DEEPSEEK, {
        "top_k": k, "bias": bias, "groups": groups, "kept_groups": kept,
        "scale": 2.5}, N, shared=True)
    peer = deepseek.DeepseekV3MoE(transformers.DeepseekV3Config(
        hidden_size=5, moe_intermediate_size=4, n_routed_experts=E,
        num_experts_per_tok=k, n_group=groups, topk_group=kept,
        n_shared_experts=1, routed_scaling_factor=2.5, norm_topk_prob=True,
        num_attention_heads=1))

    def weights(peer):
        return halves(peer, E, 4) | {
            f"shared.{name}.weight": (
                getattr(peer.shared_experts, f"{name}_proj").weight, lambda a: a)
            for name in ("gate", "up", "down")}
    peer.gate.e_score_correction_bias = torch.tensor(bias, dtype=torch.float64)
    agrees_with(peer, case, weights)
