"""FeedForward: three steps forward, the same three back."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ..components import run_numpy
from ..proof import (
    check_agreement, check_bfloat16, check_derivative, check_float32,
    check_laws,
)
from ..strategies import cases, generic, moderate, seeds

NAMES = [
    "layers.feed_forward.FeedForward",
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


@given(cases(NAMES[0], moderate))
def test_it_is_torchs_linear_gelu_linear(case):
    """A third party: torch.nn.Sequential, loaded with the same weights."""
    (D, F), p = case.arguments, case.parameters
    peer = torch.nn.Sequential(
        torch.nn.Linear(D, F), torch.nn.GELU("tanh"),
        torch.nn.Linear(F, D)).double()
    for tensor, name in zip(peer.parameters(), p, strict=True):
        tensor.data = torch.from_numpy(p[name])
    y = peer(torch.from_numpy(case.inputs["x"]))
    np.testing.assert_allclose(run_numpy(case)["y"], y.detach(),
                               rtol=0, atol=1e-13)
