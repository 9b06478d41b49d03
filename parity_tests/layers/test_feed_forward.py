"""FeedForward: three steps forward, the same three back."""
import numpy as np
import torch
from hypothesis import given

from ..components import run_numpy
from ..strategies import cases, moderate

NAME = "layers.feed_forward.FeedForward"


@given(cases(NAME, moderate))
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
