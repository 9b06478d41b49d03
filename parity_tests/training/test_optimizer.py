"""SGD and AdamW: the reference, the spelled-out twin, its fused branch, and
torch.optim, step by step on the same gradients."""
from contextlib import nullcontext
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.module as ours_module
import numpy_impl.training.optimizer as ours
import torch_impl.training.optimizer as theirs
from numpy_impl.layers import parallel
from torch_impl.layers.fused import spelled_out

from ..agreement import assert_rounding
from ..strategies import generic, hostile

# a matrix, which decays, and a vector, which does not
SHAPES = {"weight": (2, 3), "bias": (4,)}
EPS = np.finfo(float).eps
TINY = np.finfo(float).tiny
USUAL = {"beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weight_decay": 0.1}


def model_of(values):
    model = ours_module.Module()
    for name, a in values.items():
        setattr(model, name, ours_module.Parameter(a))
    model.to(np.float64)
    for name, a in values.items():
        getattr(model, name)[...] = a
    return model


def twin_of(values):
    model = torch.nn.Module()
    for name, a in values.items():
        setattr(model, name, torch.nn.Parameter(torch.tensor(a)))
    return model


def steps_of(optimizer, model, gradients, rates):
    """The parameters after all steps on either kind of model."""
    if isinstance(model, torch.nn.Module):
        for step, rate in zip(gradients, rates):
            for name, parameter in model.named_parameters():
                parameter.grad = torch.tensor(step[name])
            optimizer.step(rate)
        return {name: p.detach().numpy().copy()
                for name, p in model.named_parameters()}
    for step, rate in zip(gradients, rates):
        for name, grad in model.named_gradients():
            grad[...] = step[name]
        optimizer.step(rate)
    return {name: a.copy() for name, a in model.named_parameters()}


@st.composite
def histories(draw):
    """Initial values, gradients and learning rates of a few steps; zero and
    huge gradients too."""
    def arrays(strategy):
        return {name: draw(strategy(shape)) for name, shape in SHAPES.items()}
    count = draw(st.integers(1, 6))
    gradients = [arrays(draw(st.sampled_from([generic, hostile])))
                 for _ in range(count)]
    rates = [draw(st.sampled_from([0.0, 1e-4, 1e-3, 0.1]))
             for _ in range(count)]
    return arrays(generic), gradients, rates


adamw_options = st.fixed_dictionaries({
    "beta1": st.sampled_from([0.0, 0.5, 0.9]),
    "beta2": st.sampled_from([0.0, 0.95, 0.999]),
    "epsilon": st.sampled_from([1e-8, 1e-3]),
    "weight_decay": st.sampled_from([0.0, 0.1])})


def allowed_adamw(values, gradients, rates, options):
    """What rounding may do to each parameter.

    A step's update is rate * first' / (sqrt(second') + epsilon). first' adds
    up gradients that may cancel: its error is some eps of the largest |g| so
    far, G. second' is a sum of squares, without cancelling, of relative error
    some eps. So an update is off by at most rate * eps * G / (sqrt(second') +
    epsilon), and the parameter by that, summed over the steps, plus a rounding
    of itself at each; ten operations a step, 16 for the unlucky.
    """
    bounds = {}
    for name, value in values.items():
        largest, second = np.zeros_like(value), np.zeros_like(value)
        reach, off = np.abs(value), np.zeros_like(value)
        b2 = options["beta2"]
        for t, (step, rate) in enumerate(zip(gradients, rates), 1):
            g = np.abs(step[name])
            largest = np.maximum(largest, g)
            second = b2 * second + (1 - b2) * g * g
            root = np.sqrt(second / (1 - b2**t)) + options["epsilon"]
            unit = rate * largest / (1 - options["beta1"]) / root
            reach = reach + unit
            off = off + 16 * EPS * (reach + len(gradients) * unit)
        bounds[name] = off + len(gradients) * TINY
    return bounds


@given(histories(), adamw_options)
def test_adamw_agrees_in_all_four(history, options):
    values, gradients, rates = history
    model = model_of(values)
    after = {"reference": steps_of(ours.AdamW(model, **options), model,
                                   gradients, rates)}
    for branch, context in (("spelled out", spelled_out()),
                            ("fused", nullcontext())):
        model = twin_of(values)
        with context:
            after[branch] = steps_of(theirs.AdamW(model, **options), model,
                                     gradients, rates)
    after["torch.optim"] = torch_adamw(values, gradients, rates, options)
    bounds = allowed_adamw(values, gradients, rates, options)
    for branch, found in after.items():
        for name, bound in bounds.items():
            error = np.abs(found[name] - after["spelled out"][name])
            assert (error <= bound).all(), (branch, name, error / bound)


def torch_adamw(values, gradients, rates, options):
    """A third party: torch's plain AdamW, with our groups of decay."""
    model = twin_of(values)
    optimizer = torch.optim.AdamW(
        [{"params": [model.weight], "weight_decay": options["weight_decay"]},
         {"params": [model.bias], "weight_decay": 0.0}],
        betas=(options["beta1"], options["beta2"]), eps=options["epsilon"])

    class Library:
        def step(self, rate):
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
    return steps_of(Library(), model, gradients, rates)


@given(histories(), st.sampled_from([0.0, 0.9]), st.sampled_from([0.0, 0.1]))
def test_sgd_agrees_with_the_twin_and_torch(history, momentum, decay):
    """velocity and parameter are sums: errors of a few eps of their terms."""
    values, gradients, rates = history
    model, twin, peer = model_of(values), twin_of(values), twin_of(values)
    after = steps_of(ours.SGD(model, momentum, decay), model, gradients, rates)
    spelled = steps_of(theirs.SGD(twin, momentum, decay), twin, gradients,
                       rates)
    optimizer = torch.optim.SGD(
        [{"params": [peer.weight], "weight_decay": decay},
         {"params": [peer.bias], "weight_decay": 0.0}], lr=1.0,
        momentum=momentum)

    class Library:
        def step(self, rate):
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
    library = steps_of(Library(), peer, gradients, rates)
    for name, value in values.items():
        velocity, reach = 0, np.abs(value)
        for step, rate in zip(gradients, rates):
            velocity = momentum * velocity + np.abs(step[name]) + decay * reach
            reach = reach + rate * velocity
        allowed = 8 * len(gradients) * (EPS * reach + TINY)
        assert (np.abs(after[name] - spelled[name]) <= allowed).all(), name
        assert (np.abs(after[name] - library[name]) <= allowed).all(), name


def test_the_first_step_of_adamw_is_the_learning_rate():
    """Whatever the gradient's size, as both moments are unbiased: -rate times
    its sign."""
    model = model_of({"weight": np.zeros((1, 4))})
    model.grads["weight"][...] = [[1e-3, -5.0, 1e9, 0.0]]
    ours.AdamW(model, **USUAL | {"epsilon": 1e-30}).step(0.01)
    assert_rounding(model.weight, [[-0.01, 0.01, -0.01, 0]], 1)


def test_matrices_decay_and_vectors_do_not():
    model = model_of({"weight": np.ones((2, 2)), "bias": np.ones(2)})
    ours.AdamW(model, **USUAL | {"weight_decay": 0.5}).step(0.1)
    np.testing.assert_array_equal(model.weight, np.full((2, 2), 0.95))
    np.testing.assert_array_equal(model.bias, np.ones(2))


@pytest.mark.parametrize("package", [ours, theirs])
def test_decay_is_for_matrices(package):
    assert package.decays("weight", np.ones((1, 1)))
    assert not package.decays("bias", np.ones(1))


@pytest.mark.parametrize("fused_steps", list(product([True, False], repeat=4)))
def test_fused_and_spelled_out_steps_in_any_order(fused_steps):
    """One count of steps: a library that counts its own falls behind."""
    generator = np.random.default_rng(3)
    def draw():
        return {n: generator.standard_normal(s) for n, s in SHAPES.items()}
    values, gradients, rates = draw(), [draw() for _ in range(4)], [0.1] * 4
    model = twin_of(values)
    with spelled_out():
        expected = steps_of(theirs.AdamW(model, **USUAL), model, gradients,
                            rates)
    model = twin_of(values)
    optimizer = theirs.AdamW(model, **USUAL)
    for gradient, fused in zip(gradients, fused_steps):
        with nullcontext() if fused else spelled_out():
            after = steps_of(optimizer, model, [gradient], [0.1])
    assert optimizer.steps == 4
    bounds = allowed_adamw(values, gradients, rates, USUAL)
    for name, bound in bounds.items():
        assert (np.abs(after[name] - expected[name]) <= bound).all(), name


@pytest.mark.parametrize("rows", [1, 7, 100])
def test_a_large_matrix_is_moved_in_slices_to_the_same_bits(rows, monkeypatch):
    generator = np.random.default_rng(4)
    values = {"weight": generator.standard_normal((rows, 5))}
    gradients = [{"weight": generator.standard_normal((rows, 5))}
                 for _ in range(3)]
    whole, sliced = model_of(values), model_of(values)
    expected = steps_of(ours.AdamW(whole, **USUAL), whole, gradients, [0.1] * 3)
    calls = []
    right = ours.adamw
    monkeypatch.setattr(ours, "SLICE", 0)
    monkeypatch.setattr(parallel, "SLICE", 15)  # three rows
    monkeypatch.setattr(ours, "adamw",
                        lambda *given: calls.append(1) or right(*given))
    found = steps_of(ours.AdamW(sliced, **USUAL), sliced, gradients, [0.1] * 3)
    np.testing.assert_array_equal(found["weight"], expected["weight"])
    assert len(calls) == 3 * len(parallel.equal_slices(rows, 3))


@pytest.mark.parametrize("branch", ["reference", "spelled out", "fused"])
def test_restored_moments_go_on_as_if_nothing_had_happened(branch):
    """Three steps, a new optimizer, three more: the bits of six steps."""
    generator = np.random.default_rng(2)
    def draw():
        return {n: generator.standard_normal(s) for n, s in SHAPES.items()}
    values, gradients, rates = draw(), [draw() for _ in range(6)], [0.01] * 6
    package, make = ((ours, model_of) if branch == "reference"
                     else (theirs, twin_of))
    with spelled_out() if branch == "spelled out" else nullcontext():
        model = make(values)
        whole = steps_of(package.AdamW(model, **USUAL), model, gradients, rates)
        model = make(values)
        first = package.AdamW(model, **USUAL)
        steps_of(first, model, gradients[:3], rates)
        second = package.AdamW(model, **USUAL)
        second.restore(first.steps, *(
            {n: np.array(a) for n, a in moments.items()}
            for moments in (first.first, first.second)))
        parts = steps_of(second, model, gradients[3:], rates)
    for name, a in whole.items():
        np.testing.assert_array_equal(a, parts[name])


def test_a_step_leaves_the_gradient_alone():
    model = model_of({"weight": np.ones((2, 2))})
    model.grads["weight"] += 3
    ours.AdamW(model, **USUAL).step(0.1)
    ours.SGD(model, 0.9, 0.1).step(0.1)
    np.testing.assert_array_equal(model.grads["weight"], np.full((2, 2), 3))


def test_float32_stays_float32():
    model = model_of({"weight": np.ones((2, 2))}).to(np.float32)
    model.grads["weight"] += 3
    for optimizer in (ours.AdamW(model, **USUAL), ours.SGD(model, 0.9)):
        optimizer.step(0.1)
    assert model.weight.dtype == np.float32
