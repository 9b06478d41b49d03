"""Gates: what a shut one lets through, and where a clamp stops the gradient."""
import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.gates as ours
from numpy_impl.layers.activations import silu
from torch_impl.layers.gates import LIMIT, clamped_swiglu

from ..agreement import assert_rounding
from ..case import Case
from ..components import component
from ..proof import check_agreement

INSIDE = np.nextafter(LIMIT, 0)
BEYOND = np.nextafter(LIMIT, 10)


def both(name, gate, up, dh=1.0):
    """h, dgate and dup of the reference, which is the twin's as well."""
    arrays = np.broadcast_arrays(*map(np.atleast_1d, (gate, up, dh)))
    gate, up, dh = (a.astype(float) for a in arrays)
    check_agreement(Case(component(f"layers.gates.{name}"),
                         inputs={"gate": gate, "up": up}, dy=dh))
    with np.errstate(all="ignore"):
        return (getattr(ours, name)(gate, up),
                *getattr(ours, f"{name}_backward")(dh, gate, up))


@pytest.mark.parametrize("name", ["swiglu", "geglu", "clamped_swiglu"])
def test_far_out_a_gate_is_open_or_shut(name):
    """exp overflows on the way to a shut one."""
    h, dgate, dup = both(name, [-1e30, -800.0], [3.0, -5.0])
    for shut in (h, dgate, dup):
        np.testing.assert_array_equal(shut + 0, 0)
    h, dgate, dup = both(name, [800.0, 1e5], [3.0, -5.0])
    if name == "clamped_swiglu":
        assert (dgate == 0).all() and (dup < LIMIT).all()
    else:
        for found, expected in ((h, [2400, -5e5]), (dgate, [3, -5]),
                                (dup, [800, 1e5])):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("gate", "up", "to_gate", "to_up"), [
    (LIMIT, 1.0, True, True), (INSIDE, 1.0, True, True),
    (BEYOND, 1.0, False, True), (1.0, LIMIT, True, True),
    (1.0, -LIMIT, True, True), (1.0, BEYOND, True, False),
    (1.0, -BEYOND, True, False), (-BEYOND, -INSIDE, True, True),
    (BEYOND, -BEYOND, False, False)])
def test_a_clamp_passes_its_gradient_on_at_its_edges(gate, up, to_gate, to_up):
    """And none beyond them, as torch.clamp, which the twin calls."""
    _, dgate, dup = both("clamped_swiglu", gate, up)
    assert (dgate[0] != 0, dup[0] != 0) == (to_gate, to_up)


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_two_opposite_gates_pass_everything(gate, up):
    """x sigmoid(x) - (-x) sigmoid(-x) = x, and GELU has the same law."""
    for f in (ours.swiglu, ours.geglu):
        sides = [f(np.array([x]), np.array([up])) for x in (gate, -gate)]
        assert_rounding(sides[0] - sides[1], np.array([gate * up]), 2)


def test_within_its_limits_a_clamped_gate_is_silus():
    """g sigmoid(a g) = silu(a g) / a, and up + 1 passes."""
    gate, up = np.random.default_rng(0).uniform(-LIMIT, LIMIT, (2, 100, 3))
    expected = silu(1.702 * gate) / 1.702 * (up + 1)
    assert_rounding(ours.clamped_swiglu(gate, up), expected, 2)


@pytest.mark.parametrize("name", ["swiglu", "geglu", "clamped_swiglu"])
def test_against_many_digits(name):
    def sigmoid(x):
        return 1 / (1 + mpmath.exp(-x))

    def gelu(x):
        u = mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf(0.044715) * x**3)
        return x / 2 * (1 + mpmath.tanh(u))
    formula = {"swiglu": lambda g, u: g * sigmoid(g) * u,
               "geglu": lambda g, u: gelu(g) * u,
               "clamped_swiglu": lambda g, u:
               g * sigmoid(mpmath.mpf(1.702) * g) * (u + 1)}[name]
    gate, up = np.random.default_rng(1).uniform(-3, 3, (2, 40))
    with mpmath.workdps(40):
        exact = [[formula(*point), *(mpmath.diff(formula, point, orders)
                                     for orders in ((1, 0), (0, 1)))]
                 for point in zip(map(mpmath.mpf, gate), map(mpmath.mpf, up),
                                  strict=True)]
    found = both(name, gate, up)
    for column, values in zip(np.array(exact, float).T, found, strict=True):
        # 1 + tanh, and 1 + x (1 - s), cancel: x times as much as one rounding
        assert_rounding(values, column, 3, size=4 * (1 + np.abs(gate)))


def test_the_twin_is_torchs_own():
    """A third party: transformers' gate of gpt-oss, which has gate and up
    side by side."""
    gpt_oss = pytest.importorskip("transformers.models.gpt_oss.modeling_gpt_oss")
    gate, up = torch.randn(2, 50, 6, dtype=torch.float64) * 5
    config = pytest.importorskip("transformers").GptOssConfig(
        hidden_size=4, intermediate_size=6, num_local_experts=1)
    theirs = gpt_oss.GptOssExperts(config)._apply_gate(
        torch.stack([gate, up], -1).flatten(-2))
    assert_rounding(clamped_swiglu(gate, up), theirs, 1)
