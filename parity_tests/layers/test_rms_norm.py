"""RMSNorm: what its gradient cannot ask for, and torch's own."""
import numpy as np
import torch
from hypothesis import given

from numpy_impl.layers.rms_norm import RMSNorm, UnitOffsetRMSNorm

from ..agreement import assert_agree
from ..bounds import DOUBLE
from ..case import Case
from ..components import component
from ..proof import check_agreement
from ..running import bounds_of, run_numpy
from ..strategies import cases, generic

NAME = "layers.rms_norm.RMSNorm"


def test_corners():
    """One feature alone, equal ones, a row of zeros, huge ones."""
    for x in ([[3.0]], np.full((2, 4), 7.0), np.zeros((2, 3)),
              1e8 * np.eye(3), [3.0, 1.0]):
        x = np.array(x)
        check_agreement(Case(
            component(NAME), arguments=x.shape[-1:], inputs={"x": x},
            parameters={"weight": np.linspace(1, 2, x.shape[-1])},
            dy=np.cos(np.arange(x.size)).reshape(x.shape)))


@given(cases(NAME, generic))
def test_no_gradient_along_x_but_for_eps(case):
    """A longer x gives the same y: sum(dx x) = eps rstd^2 sum(g x_hat)."""
    dx = run_numpy(case)["dx"]
    _, bounds = bounds_of(case)
    x, g = case.inputs["x"], case.dy * case.parameters["weight"]
    rstd = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-6)
    along = 1e-6 * rstd**2 * (g * x * rstd).sum(-1, keepdims=True)
    terms = (np.abs(dx * x) + np.abs(g * x * rstd)).sum(-1, keepdims=True)
    allowed = ((bounds["dx"] * np.abs(x)).sum(-1, keepdims=True)
               + 64 * DOUBLE.eps * terms)
    assert_agree((dx * x).sum(-1, keepdims=True), along, allowed)


def test_an_offset_of_zero_is_a_weight_of_one():
    x = np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32)
    np.testing.assert_array_equal(UnitOffsetRMSNorm(5).forward(x)[0],
                                  RMSNorm(5).forward(x)[0])


def test_a_slice_of_rows_at_a_time_changes_nothing():
    """More rows than one slice has: the gradient of the weight is summed over
    slices."""
    draw = np.random.default_rng(0)
    x, dy = draw.standard_normal((2, 900, 300)), draw.standard_normal(300)
    layer = RMSNorm(300).to(np.float64)
    _, cache = layer.forward(x)
    layer.backward(np.broadcast_to(dy, x.shape), cache)
    x_hat = torch.nn.functional.rms_norm(torch.tensor(x), (300,), eps=1e-6)
    expected = (x_hat * torch.tensor(dy)).sum((0, 1)).numpy()
    size = np.abs(x * dy).sum((0, 1))
    assert_agree(layer.grads["weight"], expected, 64 * DOUBLE.eps * size)
