"""Activations: every element alone, at its corners and tails too."""
import math

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

import numpy_impl.layers.activations as ours
import torch_impl.layers.activations as theirs
from torch_impl.layers.fused import spelled_out

from ..components import Case, component
from ..proof import (
    check_agreement, check_bfloat16, check_derivative, check_float32,
    check_laws, check_special_values,
)
from ..strategies import broken, cases, generic, moderate, seeds

NAMES = [
    "layers.activations.relu",
    "layers.activations.gelu",
    "layers.activations.gelu_exact",
    "layers.activations.silu",
]
every = pytest.mark.parametrize("name", NAMES)


@every
@given(data=st.data())
def test_forward_and_gradients_agree(name, data):
    check_agreement(data.draw(cases(name)))


@every
@given(data=st.data())
def test_backward_is_the_derivative_of_forward(name, data):
    check_derivative(data.draw(cases(name, generic)), data.draw(seeds))


@every
@given(data=st.data())
def test_float32_is_as_accurate_as_torchs(name, data):
    check_float32(data.draw(cases(name, moderate)))


@every
@given(data=st.data())
def test_twin_in_bfloat16(name, data):
    check_bfloat16(data.draw(cases(name, moderate)))


@every
@given(data=st.data())
def test_laws(name, data):
    check_laws(data.draw(cases(name)))


@every
@given(data=st.data())
def test_nan_and_infinity_stay_in_place(name, data):
    check_special_values(data.draw(cases(name, broken)))


def test_relu_is_flat_at_its_corner():
    """0 and -0 pass nothing on, as in torch; a NaN is not hidden."""
    x = np.array([0.0, -0.0, -5e-324, 5e-324])
    check_agreement(Case(component("layers.activations.relu"),
                         inputs={"x": x}, dy=np.ones(4)))
    np.testing.assert_array_equal(ours.relu_backward(np.ones(4), x),
                                  [0, 0, 0, 1])
    assert math.isnan(ours.relu(np.array([np.nan]))[0])
    assert ours.relu(np.array([-np.inf]))[0] == 0  # was NaN: -inf * 0


@pytest.mark.parametrize("name", ["gelu", "gelu_exact", "silu"])
def test_tails(name):
    """Far out the smooth ones are x and 0, with slope 1 and 0: exp(x) of
    silu overflows on the way there."""
    x = np.array([-1e30, -1e5, -800.0, 800.0, 1e5, 1e30])
    check_agreement(Case(component(f"layers.activations.{name}"),
                         inputs={"x": x}, dy=np.ones(6)))
    with np.errstate(all="ignore"):
        y = getattr(ours, name)(x)
    np.testing.assert_array_equal(y[3:], x[3:])
    np.testing.assert_array_equal(y[:3] + 0, [0, 0, 0])


@given(st.floats(-30, 30))
@example(0.0)
def test_gelu_and_silu_are_x_times_a_share(x):
    """f(x) - f(-x) = x, as the shares of x and of -x add up to 1."""
    for name in ("gelu", "gelu_exact", "silu"):
        f = getattr(ours, name)
        both = f(np.array([x])) - f(np.array([-x]))
        assert abs(both[0] - x) <= 8 * np.finfo(float).eps * abs(x)


@pytest.mark.parametrize("name, torchs", [
    ("relu", torch.nn.functional.relu),
    ("gelu", lambda x: torch.nn.functional.gelu(x, approximate="tanh")),
    ("gelu_exact", torch.nn.functional.gelu),
    ("silu", torch.nn.functional.silu)])
def test_twin_fuses_into_torchs_own(name, torchs):
    """To the bit where fused; spelled out, as check_agreement says."""
    x = torch.linspace(-9, 9, 1001, dtype=torch.float64)
    assert torch.equal(getattr(theirs, name)(x), torchs(x))
    with spelled_out():
        torch.testing.assert_close(getattr(theirs, name)(x), torchs(x))
