"""Gated feed-forwards: those of Llama, Gemma and gpt-oss."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from numpy_impl import ClampedSwiGLU, GeGLU, SwiGLU

from ..agreement import assert_agree
from ..case import Case
from ..running import bounds_of, gradient_name, run_numpy
from ..strategies import cases, generic

ROOM = "layers.gated_feed_forward."
KINDS = [SwiGLU, GeGLU, ClampedSwiGLU]


def peer_of(case) -> torch.nn.Module:
    """The same layer of transformers."""
    transformers = pytest.importorskip("transformers")
    from transformers.models.gemma3.modeling_gemma3 import Gemma3MLP
    from transformers.models.llama.modeling_llama import LlamaMLP
    D, F, bias = case.arguments
    if case.component.public == "SwiGLU":
        return LlamaMLP(transformers.LlamaConfig(
            hidden_size=D, intermediate_size=F, mlp_bias=bias,
            num_attention_heads=1, head_dim=2))
    return Gemma3MLP(transformers.Gemma3TextConfig(
        hidden_size=D, intermediate_size=F, num_attention_heads=1,
        head_dim=2))


@given(st.sampled_from(["SwiGLU", "GeGLU"]).flatmap(
    lambda name: cases(ROOM + name, generic)))
def test_they_are_those_of_transformers(case: Case):
    """A third party: outputs and every gradient. Its GeGLU has no biases."""
    if case.component.public == "GeGLU" and case.arguments[2]:
        return
    peer = peer_of(case).double()
    wanted = {"x": torch.tensor(case.inputs["x"], requires_grad=True)}
    for name, array in case.parameters.items():
        layer, kind = name.split(".")
        wanted[name] = getattr(getattr(peer, f"{layer}_proj"), kind)
        wanted[name].data = torch.from_numpy(array)
    y = peer(wanted["x"])
    grads = torch.autograd.grad(y, list(wanted.values()),
                                torch.from_numpy(case.dy))
    found, (_, bounds) = run_numpy(case), bounds_of(case)
    assert_agree(found["y"], y, 2 * bounds["y"])
    for name, grad in zip(wanted, grads, strict=True):
        d = gradient_name(name)
        assert_agree(found[d], grad, 2 * bounds[d], d)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_frozen_learns_nothing_and_hands_the_rest_on(kind):
    """LoRA trains beside a frozen matrix, and needs its dx."""
    layer = kind(3, 5, True)
    x, dy = np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32)
    dx = layer.backward(dy, layer.forward(x)[1])
    grads = {name: grad.copy() for name, grad in layer.named_gradients()}
    layer.zero_grad()
    layer.requires_grad_(lambda name: name.startswith("up"))
    assert (layer.backward(dy, layer.forward(x)[1]) == dx).all()
    assert [*dict(layer.named_gradients())] == ["up.weight", "up.bias"]
    for name, grad in layer.named_gradients():
        np.testing.assert_array_equal(grad, grads[name])


def test_a_new_one_has_no_biases_but_where_they_are_asked_for():
    for kind in KINDS:
        assert len(dict(kind(3, 5).named_parameters())) == 3
        assert len(dict(kind(3, 5, bias=True).named_parameters())) == 6
