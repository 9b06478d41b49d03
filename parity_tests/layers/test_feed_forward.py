"""FeedForward: three steps forward, the same three back."""
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.feed_forward as ours
import torch_impl.layers.feed_forward as theirs

from ..agreement import assert_agree
from ..proof import check_agreement
from ..running import bounds_of, run_numpy
from ..strategies import cases, moderate

NAME = "layers.feed_forward.FeedForward"
TORCHS = {"gelu": torch.nn.GELU("tanh"), "gelu_exact": torch.nn.GELU(),
          "relu": torch.nn.ReLU(), "silu": torch.nn.SiLU()}


@given(cases(NAME, moderate), st.sampled_from(list(TORCHS)))
def test_it_is_torchs_linear_bend_linear(case, activation):
    """A third party: torch.nn.Sequential, loaded with the same weights."""
    (D, F), p = case.arguments, case.parameters
    case = replace(case, arguments=(D, F, activation))
    peer = torch.nn.Sequential(
        torch.nn.Linear(D, F), TORCHS[activation],
        torch.nn.Linear(F, D)).double()
    for tensor, name in zip(peer.parameters(), p, strict=True):
        tensor.data = torch.from_numpy(p[name])
    y = peer(torch.from_numpy(case.inputs["x"]))
    assert_agree(run_numpy(case)["y"], y, 2 * bounds_of(case)[1]["y"])
    check_agreement(case)


def test_gelu_is_what_bends_where_nobody_says():
    for package in (ours, theirs):
        assert "activation=gelu\n" in repr(package.FeedForward(2, 3))


@pytest.mark.parametrize("package", [ours, theirs])
def test_an_unknown_activation_is_refused(package):
    with pytest.raises(ValueError, match="activation must be one of relu, "):
        package.FeedForward(4, 7, "tanh")
