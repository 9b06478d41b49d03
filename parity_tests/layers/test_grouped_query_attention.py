"""Grouped-query attention beside what it is short for."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl
import torch_impl
from twinformer.models.context import Context

from ..agreement import assert_agree
from ..bounds import measured_bounds
from ..strategies import seeds

D, K = 5, 4


def layers(H, G, **options):
    """The reference in float64 and its twin, with the same weights."""
    ours = numpy_impl.GroupedQueryAttention(
        D, H, G, K, numpy_impl.Rotary.plain(K), **options).to(np.float64)
    theirs = torch_impl.GroupedQueryAttention(
        D, H, G, K, torch_impl.Rotary.plain(K), **options).double()
    draw = np.random.default_rng(H * G)
    for _, array in ours.named_parameters():
        array[...] = draw.standard_normal(array.shape)
    torch_impl.set_parameters(theirs, ours.state_dict())
    return ours, theirs


def bound(theirs, x):
    with torch.no_grad():
        _, bounds = measured_bounds(lambda: {"y": theirs(torch.tensor(x))})
    return 2 * bounds["y"]


@given(G=st.integers(1, 3), share=st.integers(1, 3), seed=seeds)
def test_shared_heads_are_repeated_heads(G, share, seed):
    H = G * share
    x = np.random.default_rng(seed).standard_normal((2, 4, D))
    shared, twin = layers(H, G)
    copied, _ = layers(H, H)
    for name, weight in shared.named_parameters():
        if name in ("k.weight", "v.weight"):
            weight = weight.reshape(G, K, D).repeat(share, 0).reshape(-1, D)
        copied.state_dict()[name][...] = weight
    assert_agree(shared.forward(x)[0], copied.forward(x)[0], bound(twin, x))


@given(seed=seeds, window=st.integers(1, 5))
def test_a_window_is_a_mask(seed, window):
    """The tiles' way and the plain one with a mask are one."""
    x = np.random.default_rng(seed).standard_normal((2, 4, D))
    ours, twin = layers(4, 2, window=window)
    near = np.tri(4, dtype=bool) & ~np.tri(4, k=-window, dtype=bool)
    masked = ours.forward(x, Context(mask=near))[0]
    assert_agree(ours.forward(x)[0], masked, bound(twin, x))


@given(seed=seeds)
def test_reading_some_positions_is_picking_them(seed):
    draw = np.random.default_rng(seed)
    x, read = draw.standard_normal((2, 4, D)), draw.integers(0, 4, (2, 3))
    ours, twin = layers(4, 2, window=2)
    some = ours.forward(x, Context(read=read))[0]
    whole = ours.forward(x)[0]
    at = read[..., None]
    assert_agree(some, np.take_along_axis(whole, at, 1),
                 np.take_along_axis(bound(twin, x), at, 1))


def test_a_sink_far_below_is_none_and_far_above_takes_all():
    x = np.random.default_rng(0).standard_normal((2, 4, D))
    with_sinks, twin = layers(4, 2, sinks=True)
    without, _ = layers(4, 2)
    for name, array in without.named_parameters():
        array[...] = with_sinks.state_dict()[name]
    with_sinks.sinks[...] = -1e9
    assert_agree(with_sinks.forward(x)[0], without.forward(x)[0],
                 bound(twin, x))
    with_sinks.sinks[...] = 1e9
    assert not with_sinks.forward(x)[0].any()


def test_heads_that_cannot_share_are_refused():
    with pytest.raises(ValueError, match="2 do not divide 3"):
        numpy_impl.GroupedQueryAttention(8, 3, 2, 4)


@pytest.mark.parametrize("package", [numpy_impl, torch_impl])
def test_its_line_says_how_many_heads_and_which_window(package):
    plain = package.GroupedQueryAttention(D, 4, 2, K)
    assert "n_heads=4, n_kv_heads=2\n" in repr(plain)
    windowed = package.GroupedQueryAttention(D, 4, 2, K, window=3)
    assert "n_heads=4, n_kv_heads=2, window=3\n" in repr(windowed)
