"""The pooler: the first position, and no other."""
import numpy as np
import torch
from hypothesis import given

import numpy_impl.layers.pooler as ours

from ..agreement import assert_agree
from ..running import bounds_of, load, run_numpy
from ..strategies import cases, generic, moderate

NAME = "layers.pooler.Pooler"


@given(cases(NAME, generic))
def test_the_first_position_alone_is_read(case):
    """Others change nothing, bit for bit, and receive no gradient."""
    layer = load(ours.Pooler(*case.arguments), case)
    x = case.inputs["x"]
    other = x.copy()
    other[:, 1:] = np.linspace(-5, 5, x.shape[-1])
    y, cache = layer.forward(x)
    np.testing.assert_array_equal(y, layer.forward(other)[0])
    assert (layer.backward(case.dy, cache)[:, 1:] == 0).all()
    assert (np.abs(y) <= 1).all()


@given(cases(NAME, moderate))
def test_it_is_torchs_linear_and_tanh(case):
    """A third party: torch.nn.Sequential, loaded with the same weights."""
    D, = case.arguments
    peer = torch.nn.Sequential(torch.nn.Linear(D, D), torch.nn.Tanh()).double()
    for tensor, a in zip(peer.parameters(), case.parameters.values(),
                         strict=True):
        tensor.data = torch.from_numpy(a)
    y = peer(torch.from_numpy(case.inputs["x"][:, 0].copy()))
    assert_agree(run_numpy(case)["y"], y, 2 * bounds_of(case)[1]["y"])
