"""LayerNorm: where the mean is large, the variance 0, or one feature alone."""
import numpy as np
import pytest
from hypothesis import given

from ..bounds import DOUBLE
from ..case import Case
from ..components import component
from ..running import run_numpy
from ..proof import check_agreement
from ..strategies import cases, generic

NAME = "layers.norm.LayerNorm"


@pytest.mark.parametrize("x, dy", [
    pytest.param([[3.0]], np.ones((1, 1)), id="one feature"),
    pytest.param(np.full((2, 4), 7.0), np.eye(2, 4), id="variance 0"),
    pytest.param(1e8 + np.eye(3), np.eye(3), id="mean >> deviation"),
    pytest.param([3.0, 1.0], [1.0, 2.0], id="no leading axes")])
def test_corners(x, dy):
    x = np.array(x)
    check_agreement(Case(
        component(NAME), arguments=x.shape[-1:], inputs={"x": x},
        parameters={"weight": np.linspace(1, 2, x.shape[-1]),
                    "bias": np.linspace(-1, 1, x.shape[-1])},
        dy=np.array(dy)))


@given(cases(NAME, generic))
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
