"""FeedForward: three steps forward, the same three back."""
import torch
from hypothesis import given

from ..agreement import assert_agree
from ..running import bounds_of, run_numpy
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
    assert_agree(run_numpy(case)["y"], y, 2 * bounds_of(case)[1]["y"])
