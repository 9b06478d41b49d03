"""Muon: the reference, the twin, and torch.optim.Muon, step by step on the
same gradients; which parameters are whose, and q, k, v in one matrix."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.module as ours_module
import numpy_impl.training.muon as ours
import torch_impl.training.muon as theirs
from numpy_impl.models.building import new_model
from numpy_impl.training.newton_schulz import EPSILON
from twinformer.architectures.kinds import EVERY_KIND, small_model

from ..agreement import assert_agree, assert_rounding
from ..bounds import measured_bounds
from ..strategies import generic
from .test_optimizer import steps_of

# As in a model: maps in a block, tall, wide, and of experts in one array; q,
# k, v in one; and what AdamW moves
SHAPES = {"blocks.0.up.weight": (4, 2), "blocks.0.down.weight": (2, 5),
          "blocks.0.experts": (2, 3, 2), "blocks.0.qkv.weight": (6, 2),
          "blocks.0.up.bias": (4,), "head.weight": (3, 2)}
ADAMW = {"beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8}
EPS = np.finfo(float).eps


class Named:
    """A model that is nothing but names and arrays."""

    def __init__(self, values):
        self.arrays = {name: a.copy() for name, a in values.items()}
        self.gradients = {name: np.zeros_like(a) for name, a in values.items()}

    def state_dict(self):
        return self.arrays

    def named_parameters(self):
        return self.arrays.items()

    def named_gradients(self):
        return self.gradients.items()


class NamedTorch(torch.nn.Module):
    def __init__(self, values):
        super().__init__()
        self.named = {name: torch.nn.Parameter(torch.tensor(a))
                      for name, a in values.items()}

    def named_parameters(self):
        return self.named.items()


options = st.fixed_dictionaries({
    "momentum": st.sampled_from([0.0, 0.5, 0.95]),
    "weight_decay": st.sampled_from([0.0, 0.1]),
    "rate": st.sampled_from([1.0, 3.0]),
    "adjust_lr_fn": st.sampled_from(["match_rms_adamw", "original"]),
    "rounds": st.sampled_from([2, 5]),
    "nesterov": st.booleans()})


@st.composite
def histories(draw):
    """Initial values, gradients and learning rates of a few steps."""
    def arrays():
        return {name: draw(generic(shape)) for name, shape in SHAPES.items()}
    count = draw(st.integers(1, 4))
    return arrays(), [arrays() for _ in range(count)], [
        draw(st.sampled_from([0.0, 1e-3, 0.1])) for _ in range(count)]


@given(histories(), options)
def test_muon_agrees_with_its_twin(history, chosen):
    """Vectors and heads are AdamW's, which test_optimizer.py proves: here
    they are to come out the same as by it alone."""
    values, gradients, rates = history
    model = Named(values)
    after = steps_of(ours.Muon(model, ADAMW, **chosen), model, gradients, rates)

    def twin():
        other = NamedTorch(values)
        optimizer = theirs.Muon(other, ADAMW, **chosen)
        for step, rate in zip(gradients, rates):
            for name, parameter in other.named_parameters():
                parameter.grad = torch.tensor(step[name])
            optimizer.step(rate)
        return dict(other.named_parameters())

    expected, bounds = measured_bounds(twin)
    for name, bound in bounds.items():
        if ours.in_blocks(name, values[name]):
            assert_agree(after[name], expected[name], bound, name)
    rest = {name: a for name, a in values.items()
            if not ours.in_blocks(name, a)}
    alone = Named(rest)
    adamw = ours.AdamW(alone, **ADAMW, weight_decay=chosen["weight_decay"])
    for name, a in steps_of(adamw, alone, [{n: step[n] for n in rest}
                                           for step in gradients],
                            rates).items():
        np.testing.assert_array_equal(after[name], a, name)


@given(histories(), options)
def test_it_is_torchs_own(history, chosen):
    """torch.optim.Muon, with nothing rounded to bfloat16, for every map by
    itself. Its decay does not follow the multiple of the rate: so it is told
    the rate as it is."""
    values, gradients, rates = history
    model = Named(values)
    after = steps_of(ours.Muon(model, ADAMW, **chosen), model, gradients, rates)

    def parts(name, a):
        maps = ours.matrices_of(name, a)
        return maps.reshape(-1, *maps.shape[-2:])

    def library():
        maps = {f"{name} {i}": torch.nn.Parameter(torch.tensor(part))
                for name, a in values.items() if ours.in_blocks(name, a)
                for i, part in enumerate(parts(name, a))}
        optimizer = torch.optim.Muon(
            maps.values(), momentum=chosen["momentum"], eps=EPSILON,
            weight_decay=chosen["weight_decay"], ns_steps=chosen["rounds"],
            nesterov=chosen["nesterov"], adjust_lr_fn=chosen["adjust_lr_fn"])
        for step, rate in zip(gradients, rates):
            for key, parameter in maps.items():
                name, i = key.split()
                parameter.grad = torch.tensor(parts(name, step[name])[int(i)])
            for group in optimizer.param_groups:
                group["lr"] = rate * chosen["rate"]
            optimizer.step()
        return maps

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
        expected, bounds = measured_bounds(library)
    for key, bound in bounds.items():
        name, i = key.split()
        assert_agree(parts(name, after[name])[int(i)], expected[key], bound,
                     name)


@pytest.mark.parametrize("package", [ours, theirs])
def test_the_rate_follows_the_shape(package):
    """torch's rules, and what the second is for: an orthogonal step has the
    root mean square 0.2, whatever the shape."""
    for shape in ((8, 2), (2, 8), (5, 5)):
        for rule in ("original", "match_rms_adamw"):
            assert package.rate_factor(shape, rule) \
                == torch.optim._muon._adjust_lr(1.0, rule, shape)
        u, _, vt = np.linalg.svd(np.random.default_rng(0).normal(size=shape),
                                 full_matrices=False)
        rms = np.sqrt(((u @ vt)**2).mean())
        assert_rounding(package.rate_factor(shape, "match_rms_adamw") * rms,
                        0.2, 64)
    with pytest.raises(ValueError, match="match_rms_adamw or original, got 'x'"):
        package.rate_factor((1, 1), "x")


@pytest.mark.parametrize("make, package", [(Named, ours), (NamedTorch, theirs)])
def test_an_unknown_rule_is_refused_before_any_step(make, package):
    values = {name: np.zeros(shape) for name, shape in SHAPES.items()}
    with pytest.raises(ValueError, match="adjust_lr_fn must be"):
        package.Muon(make(values), ADAMW, adjust_lr_fn="none")


@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_maps_between_hidden_vectors_are_muons(kind, package):
    """Of every kind of model: no embedding, no head, no vector."""
    model = new_model(small_model(kind), seed=None)
    for name, array in model.named_parameters():
        expected = name.startswith("blocks.") and array.ndim > 1
        assert package.in_blocks(name, array) == expected, name
        assert not expected or ("embedding" not in name and "norm" not in name)


def test_q_k_v_in_one_are_three():
    """One Linear of three maps moves as three Linears would."""
    draw = np.random.default_rng(1)
    weight, gradient = draw.normal(size=(2, 6, 2))
    together = Named({"blocks.0.attention.qkv.weight": weight})
    apart = Named({f"blocks.0.attention.{part}.weight": rows for part, rows
                   in zip("qkv", np.split(weight, 3), strict=True)})
    for model, gradients in (
            (together, [gradient]), (apart, np.split(gradient, 3))):
        for g, its in zip(model.gradients.values(), gradients, strict=True):
            g[...] = its
        ours.Muon(model, ADAMW).step(0.1)
    np.testing.assert_array_equal(
        together.arrays["blocks.0.attention.qkv.weight"],
        np.concatenate([*apart.arrays.values()]))


def test_the_first_step_by_hand():
    """Momentum 0, a diagonal gradient: every direction moves by p(...p(s))."""
    model = Named({"blocks.0.weight": np.zeros((2, 2))})
    model.gradients["blocks.0.weight"][...] = np.diag([3.0, -4.0])
    ours.Muon(model, ADAMW, momentum=0.0, weight_decay=0.0, rounds=1,
              adjust_lr_fn="original").step(0.1)
    s = np.array([0.6, -0.8])
    moved = 3.4445 * s - 4.775 * s**3 + 2.0315 * s**5
    assert_rounding(model.arrays["blocks.0.weight"], np.diag(-0.1 * moved), 8,
                    size=1.0)


@pytest.mark.parametrize("package", [ours, theirs])
def test_restored_moments_go_on_as_if_nothing_had_happened(package):
    """Three steps, a new optimizer, three more: the bits of six steps. And
    the moments are what a checkpoint holds: no second one of a map."""
    draw = np.random.default_rng(2)

    def arrays():
        return {name: draw.normal(size=shape) for name, shape in SHAPES.items()}
    values, gradients, rates = arrays(), [arrays() for _ in range(6)], [0.01] * 6
    make = Named if package is ours else NamedTorch
    model = make(values)
    whole = steps_of(package.Muon(model, ADAMW), model, gradients, rates)
    model = make(values)
    first = package.Muon(model, ADAMW)
    steps_of(first, model, gradients[:3], rates)
    assert list(first.first) == list(SHAPES)
    assert list(first.second) == ["blocks.0.up.bias", "head.weight"]
    second = package.Muon(model, ADAMW)
    second.restore(first.steps, *(
        {name: np.array(a if package is ours else a.numpy())
         for name, a in moments.items()}
        for moments in (first.first, first.second)))
    assert second.steps == 3
    parts = steps_of(second, model, gradients[3:], rates)
    for name, a in whole.items():
        np.testing.assert_array_equal(a, parts[name])


def test_a_model_without_anything_for_adamw():
    """torch's fused kernel takes no empty list."""
    values = {"blocks.0.weight": np.ones((2, 2))}
    model, other = Named(values), NamedTorch(values)
    gradients = [{"blocks.0.weight": np.array([[1.0, 2.0], [0.0, 1.0]])}]
    after = [steps_of(package.Muon(each, ADAMW), each, gradients, [0.1])
             for package, each in ((ours, model), (theirs, other))]
    assert_rounding(after[0]["blocks.0.weight"], after[1]["blocks.0.weight"],
                    100, size=1.0)


def test_gradients_stay_and_float32_stays_float32():
    layer = ours_module.Module()
    layer.blocks = ours_module.Module()
    layer.blocks.weight = ours_module.Parameter(np.ones((2, 3)))
    layer.blocks.grads["weight"] += 3
    ours.Muon(layer, ADAMW).step(0.1)
    assert (layer.blocks.grads["weight"] == 3).all()
    assert layer.blocks.weight.dtype == np.float32
