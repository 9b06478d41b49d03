"""Activations: every element alone, at its corners and tails too."""
import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

import numpy_impl.layers.activations as ours
import torch_impl.layers.activations as theirs
from torch_impl.layers.fused import spelled_out
from twinformer.checks import ACTIVATIONS

from ..agreement import assert_rounding
from ..bounds import ULPS
from ..case import Case
from ..components import component
from ..proof import check_agreement


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


def gelu_of(x):
    u = mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf(0.044715) * x**3)
    return x / 2 * (1 + mpmath.tanh(u))


FORMULAS = {"relu": lambda x: max(x, mpmath.mpf(0)), "gelu": gelu_of,
            "gelu_exact": lambda x: x * mpmath.ncdf(x),
            "silu": lambda x: x / (1 + mpmath.exp(-x))}


def precisely(name, x):
    """f(x) and f'(x) with hundreds of digits, rounded to float64."""
    if abs(x) > 1e4:  # its share is 0 or 1, to more digits than there are
        return max(x, 0.0), float(x > 0)
    with mpmath.workdps(800):
        x = mpmath.mpf(float(x))
        return float(FORMULAS[name](x)), float(mpmath.diff(FORMULAS[name], x))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.filterwarnings("error")
def test_far_out_every_value_is_right(name, dtype):
    """Against mpmath, in relation to the value, however small it is, and without
    a warning; NaN was here at 1e20 in float32. The twin's tanh GELU cancels:
    an error as large as eps times x is what 1 + tanh costs."""
    largest = float(np.finfo(dtype).max)
    x = np.array([-20, -9, -3, 3, 9, 20, 100, 1e4, 1e20, 1e30, largest], dtype)
    x = np.concatenate([x, -x])
    y, slope = np.transpose([precisely(name, float(value)) for value in x])
    # exp makes of its exponent's rounding so many times as much
    allowed = ULPS * np.finfo(dtype).eps * (1 + x.clip(-20, 20)**2)
    cancelling = ULPS * np.finfo(dtype).eps * np.maximum(1, np.abs(x.clip(-20)))
    ours_y = getattr(ours, name)(x)
    ours_slope = getattr(ours, name + "_backward")(np.ones_like(x), x)
    leaf = torch.from_numpy(x).requires_grad_()
    with spelled_out():
        theirs_y = getattr(theirs, name)(leaf)
    theirs_slope, = torch.autograd.grad(theirs_y.sum(), leaf)
    for found, expected, by in ((ours_y, y, ours), (ours_slope, slope, ours),
                                (theirs_y.detach().numpy(), y, theirs),
                                (theirs_slope.numpy(), slope, theirs)):
        assert found.dtype == dtype
        bound = (cancelling if name == "gelu" and by is theirs
                 else allowed * np.abs(expected))
        error = np.abs(found.astype(float) - expected)
        assert (error <= bound + float(np.finfo(dtype).tiny)).all(), (
            by.__name__, x, found, expected)


def test_a_small_share_does_not_cancel():
    """1 + erf(x) had no digits left at -9. Torch's own kernel still has none,
    so that the twin does without it; elsewhere it is the same."""
    x = np.array([-9.0])
    expected = precisely("gelu_exact", -9.0)[0]
    assert -1.1e-18 < expected < -1.0e-18
    # exp(-x^2 / 2) makes of its exponent's rounding 40 times as much
    assert_rounding(ours.gelu_exact(x)[0], expected, 9**2 / 2)
    y = theirs.gelu_exact(torch.from_numpy(x))
    assert_rounding(y[0], expected, 9**2 / 2)
    assert torch.nn.functional.gelu(torch.from_numpy(x))[0] == 0
    x = torch.linspace(-5, 9, 1001, dtype=torch.float64)
    assert_rounding(theirs.gelu_exact(x), torch.nn.functional.gelu(x), 1,
                    size=np.maximum(1, np.abs(x)))


@given(st.floats(-30, 30))
@example(0.0)
def test_gelu_and_silu_are_x_times_a_share(x):
    """f(x) - f(-x) = x, as the shares of x and of -x add up to 1."""
    for name in ("gelu", "gelu_exact", "silu"):
        f = getattr(ours, name)
        both = f(np.array([x])) - f(np.array([-x]))
        assert_rounding(both, np.array([x]), terms=1)


@pytest.mark.parametrize("name, torchs", [
    ("relu", torch.nn.functional.relu),
    ("gelu", lambda x: torch.nn.functional.gelu(x, approximate="tanh")),
    ("silu", torch.nn.functional.silu)])
def test_twin_fuses_into_torchs_own(name, torchs):
    """To the bit where fused; spelled out, as check_agreement says."""
    x = torch.linspace(-9, 9, 1001, dtype=torch.float64)
    assert torch.equal(getattr(theirs, name)(x), torchs(x))
    with spelled_out():
        assert_rounding(getattr(theirs, name)(x), torchs(x), 1,
                        size=np.maximum(1, np.abs(x)))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_config_calls_them_by_their_names(name):
    f, backward = ours.named_activation(name)
    assert f is getattr(ours, name)
    assert backward is getattr(ours, f"{name}_backward")
    assert theirs.named_activation(name) is getattr(theirs, name)
