"""The decoder block: what norms before and behind the parts do, in both
packages, and that a block whose parts say nothing is the identity."""
import numpy as np
import pytest
import torch
from hypothesis import given

import numpy_impl
import torch_impl

from ..agreement import assert_agree
from ..bounds import measured_bounds
from ..strategies import seeds

NORMS = ("norm1", "norm2", "post_norm1", "post_norm2")
PLACES = [(), NORMS[:2], NORMS[2:], NORMS]


def block(package, norms):
    """D = 6, 2 heads that share one key."""
    return package.DecoderBlock(
        package.GroupedQueryAttention(6, 2, 1, 4, package.Rotary.plain(4)),
        package.SwiGLU(6, 5), **{name: package.RMSNorm(6) for name in norms})


@pytest.mark.parametrize("norms", PLACES, ids=lambda norms: "+".join(norms))
@given(seed=seeds)
def test_every_place_of_norms_on_both_sides(norms, seed):
    draw = np.random.default_rng(seed)
    ours = block(numpy_impl, norms).to(np.float64)
    theirs = block(torch_impl, norms).double()
    for _, array in ours.named_parameters():
        array[...] = draw.standard_normal(array.shape)
    torch_impl.set_parameters(theirs, ours.state_dict())
    x, dy = draw.standard_normal((2, 2, 3, 6))

    def twin():
        leaf = torch.from_numpy(x).requires_grad_()
        wanted = [leaf, *theirs.parameters()]
        y = theirs(leaf)
        grads = torch.autograd.grad(y, wanted, torch.from_numpy(dy))
        names = ["dx", *(name for name, _ in theirs.named_parameters())]
        return {"y": y, **dict(zip(names, grads, strict=True))}
    with torch_impl.spelled_out():
        exact, bounds = measured_bounds(twin)
    y, cache = ours.forward(x)
    found = {"y": y, "dx": ours.backward(dy, cache), **dict(ours.named_gradients())}
    assert list(found) == list(exact)
    for name, array in found.items():
        assert_agree(array, exact[name], bounds[name], name)


@pytest.mark.parametrize("norms", PLACES[:2], ids=["none", "before"])
def test_parts_that_add_nothing_leave_x_as_it_is(norms):
    ours = block(numpy_impl, norms)
    ours.attention.out.weight[...] = 0
    ours.feed_forward.down.weight[...] = 0
    x = np.random.default_rng(0).standard_normal((1, 3, 6)).astype(np.float32)
    y, cache = ours.forward(x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(ours.backward(x, cache), x)


def test_a_norm_behind_bounds_what_a_part_adds():
    """However large the weights are, a row of length sqrt(D) is added."""
    ours = block(numpy_impl, NORMS[2:]).to(np.float64)
    for _, array in ours.feed_forward.named_parameters():
        array *= 1e6
    x = np.random.default_rng(0).standard_normal((2, 3, 6))
    h, _ = ours.attention.forward(x)
    h, _ = ours.post_norm1.forward(h)
    y, _ = ours.forward(x)
    added = np.sqrt(((y - x - h) ** 2).mean(-1))
    assert (added < 1 + np.finfo(float).eps * 1e6).all()
