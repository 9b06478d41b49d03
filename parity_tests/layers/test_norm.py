"""LayerNorm: where the mean is large, the variance 0, or one feature alone."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..agreement import DOUBLE
from ..components import Case, component, run_numpy
from ..proof import (
    check_agreement, check_bfloat16, check_derivative, check_float32,
    check_laws, check_special_values,
)
from ..strategies import broken, cases, generic, moderate, seeds

NAMES = [
    "layers.norm.LayerNorm",
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


@pytest.mark.parametrize("x, dy", [
    pytest.param([[3.0]], np.ones((1, 1)), id="one feature"),
    pytest.param(np.full((2, 4), 7.0), np.eye(2, 4), id="variance 0"),
    pytest.param(1e8 + np.eye(3), np.eye(3), id="mean >> deviation"),
    pytest.param([3.0, 1.0], [1.0, 2.0], id="no leading axes")])
def test_corners(x, dy):
    x = np.array(x)
    check_agreement(Case(
        component(NAMES[0]), arguments=x.shape[-1:], inputs={"x": x},
        parameters={"weight": np.linspace(1, 2, x.shape[-1]),
                    "bias": np.linspace(-1, 1, x.shape[-1])},
        dy=np.array(dy)))


@given(cases(NAMES[0], generic))
def test_no_gradient_along_what_normalising_removes(case):
    """A shift of x leaves y as it is, so sum(dx) = 0; so does a rescaling,
    but for eps, hence sum(dx x_hat) = rstd^2 eps sum(g x_hat)."""
    dx = run_numpy(case)["dx"]
    x, weight = case.inputs["x"], case.parameters["weight"]
    std = np.sqrt(x.var(-1, keepdims=True) + 1e-5)
    x_hat = (x - x.mean(-1, keepdims=True)) / std
    g = case.dy * weight
    lost = 1 + np.abs(x).max() / std
    scale = (np.abs(g).sum(-1, keepdims=True) / std * lost**2).max()
    allowed = 64 * x.shape[-1] * DOUBLE.eps * scale
    along = (g * x_hat).sum(-1, keepdims=True) * 1e-5 / std**3
    assert (np.abs(dx.sum(-1)) <= allowed).all()
    assert (np.abs((dx * x_hat).sum(-1, keepdims=True) - along)
            <= allowed).all()
