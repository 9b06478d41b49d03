"""QK-clipping: the largest scores, exactly where they are too large, and what
shrinks: the scores of those heads, by what was asked."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.qk_clip as ours
import torch_impl.layers.qk_clip as theirs
from numpy_impl.layers.attention import attention
from numpy_impl.layers.grouped_query_attention import GroupedQueryAttention
from numpy_impl.layers.multi_head_attention import (
    MultiHeadAttention, split_heads,
)
from numpy_impl.layers.rotary import Rotary
from torch_impl.layers import grouped_query_attention as grouped_twin
from torch_impl.layers import multi_head_attention as many_twin
from torch_impl.layers.rotary import Rotary as RotaryTwin
from twinformer.models.context import Context

from ..agreement import assert_agree, assert_rounding
from ..strategies import seeds

D, K = 8, 4


def made(H, G, seed, bias=True):
    """The reference's attention and the twin's, with the same numbers; where
    each head has keys of its own, in one Linear, as in GPT-2."""
    if G == 0:
        pair = (MultiHeadAttention(D, H, seed=seed).to(np.float64),
                many_twin.MultiHeadAttention(D, H, seed=seed).double())
    else:
        pair = tuple(kind(D, H, G, K, rotary.plain(K, 100.0), bias=bias,
                          seed=seed) for kind, rotary in (
            (GroupedQueryAttention, Rotary),
            (grouped_twin.GroupedQueryAttention, RotaryTwin)))
        pair = pair[0].to(np.float64), pair[1].double()
    draw = np.random.default_rng(seed)
    twins = dict(pair[1].named_parameters())
    for name, array in pair[0].named_parameters():
        array[...] = draw.normal(size=array.shape)
        twins[name].data = torch.tensor(array)
    return pair


class Watching(ours.QKClip):
    """Keeps the queries and keys that it is told."""

    def append(self, layer, q, k, scale=None):
        self.seen = q.copy(), k.copy(), scale
        super().append(layer, q, k, scale)


def scores_of(layer, x):
    """(H,) the largest score of each head, and all of them (B, H, T, S)"""
    clip = Watching(np.inf)
    layer.forward(x, Context(qk_clip=clip))
    q, k, scale = clip.seen
    scale = K**-0.5 if scale is None else scale
    k = np.repeat(k, q.shape[1] // k.shape[1], 1)
    scores = q @ k.mT * scale
    return scores.max((0, 2, 3)), scores


heads = st.sampled_from([(2, 0), (2, 2), (4, 2), (3, 1)])


@given(seeds, heads, st.sampled_from([0.0, 0.3, 0.7]))
def test_after_a_step_no_head_is_above_tau(seed, sizes, share):
    """The largest score of a head that was above becomes tau, all others of it
    shrink along; the other heads' stay, to the bit where nothing is shared."""
    one, other = made(*sizes, seed)
    x = np.random.default_rng(seed).normal(size=(2, 5, D))
    before, scores = scores_of(one, x)
    tau = share * before.max() + (1 - share) * before.min()
    if tau <= 0:
        return
    for layer, clip, y in ((one, ours.QKClip(tau), x),
                           (other, theirs.QKClip(tau), torch.tensor(x))):
        layer(y, Context(qk_clip=clip))
        clip.step()
        assert clip.largest == {}
    after, found = scores_of(one, x)
    factor = np.minimum(1, tau / before)
    size = (np.abs(x).max() * D + 1)**2 * 20
    assert_rounding(after, before * factor, 8 * D, size=size)
    assert_rounding(found, scores * factor[:, None, None], 8 * D, size=size)
    twins = dict(other.named_parameters())
    for name, array in one.named_parameters():
        assert_agree(array, twins[name], 8 * np.finfo(float).eps
                     * (np.abs(array) + 1) * D, name)


@given(seeds, heads)
def test_values_and_other_parameters_stay(seed, sizes):
    one, _ = made(*sizes, seed)
    before = {name: a.copy() for name, a in one.named_parameters()}
    factor = np.random.default_rng(seed).uniform(0.1, 1, sizes[0])
    one.shrink_scores(factor)
    for name, array in one.named_parameters():
        if name.startswith("qkv"):
            array, before[name] = (a[2 * D:] for a in (array, before[name]))
        if not name.startswith(("q.", "k.")):
            np.testing.assert_array_equal(array, before[name], name)


@given(seeds, heads)
def test_a_factor_of_one_changes_nothing(seed, sizes):
    one, _ = made(*sizes, seed)
    before = {name: a.copy() for name, a in one.named_parameters()}
    one.shrink_scores(np.ones(sizes[0]))
    for name, array in one.named_parameters():
        np.testing.assert_array_equal(array, before[name], name)


def test_shared_keys_shrink_no_more_than_their_heads_allow():
    """Of two heads one is above: its query takes what the key does not."""
    one, _ = made(4, 2, 3)
    before = {name: a.copy() for name, a in one.named_parameters()}
    one.shrink_scores(np.array([1.0, 0.25, 1.0, 1.0]))
    rows = {name: (a / before[name]).reshape(-1, K, D)[:, 0, 0] for name, a
            in one.named_parameters() if name in ("q.weight", "k.weight")}
    assert_rounding(rows["k.weight"], [0.5, 1.0], 1)
    assert_rounding(rows["q.weight"], [2.0, 0.5, 1.0, 1.0], 1)


@given(seeds, st.sampled_from([(4, 4), (4, 2), (3, 1)]),
       st.sampled_from([0.0, 1.0, 3.0, 1e9]))
def test_largest_scores_are_exact_above_tau(seed, sizes, tau):
    """And below it no larger than tau, and no smaller than they are."""
    H, G = sizes
    draw = np.random.default_rng(seed)
    q, k = draw.normal(size=(2, H, 5, K)), draw.normal(size=(2, G, 6, K))
    truth = (q @ np.repeat(k, H // G, 1).mT * 0.5).max((0, 2, 3))
    found = ours.largest_scores(q, k, 0.5, tau)
    twin = theirs.largest_scores(torch.tensor(q), torch.tensor(k), 0.5, tau)
    assert_rounding(found, twin, 4 * K, size=20.0)
    exact = found > tau
    assert_rounding(found[exact], truth[exact], 4 * K, size=20.0)
    slack = 64 * np.finfo(float).eps * 20
    assert (truth <= found + slack).all()
    assert (exact == (truth > tau))[truth > 0].all() or not tau


def test_no_product_is_made_where_none_is_needed(monkeypatch):
    """Cauchy and Schwarz say that tau is out of reach."""
    class NoProducts(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            assert ufunc is not np.matmul
            plain = [np.asarray(a) for a in inputs]
            return getattr(ufunc, method)(*plain, **options)
    q = np.random.default_rng(0).normal(size=(1, 2, 3, K)).view(NoProducts)
    assert (ours.largest_scores(q, np.asarray(q), 1.0, 1e3) < 1e3).all()
    with pytest.raises(AssertionError):
        ours.largest_scores(q, np.asarray(q), 1.0, 0.1)


@pytest.mark.parametrize("package, library", [(ours, np), (theirs, torch)])
def test_the_largest_of_all_microbatches_counts(package, library):
    class Layer:
        def shrink_scores(self, factor):
            self.factor = factor
    layer, clip = Layer(), package.QKClip(2.0)
    for size in (1.0, 4.0, 2.0):
        q = library.ones((1, 1, 1, 1)) * size
        clip.append(layer, q, library.ones((1, 1, 1, 1)), 1.0)
    clip.step()
    assert layer.factor == 0.5
    clip.append(layer, q * np.inf, library.ones((1, 1, 1, 1)), 1.0)
    layer.factor = None
    clip.step()      # no factor makes that finite; the learner will say so
    assert layer.factor is None


def test_a_head_of_its_own_keeps_its_half_of_the_root():
    """GPT-2's: queries and keys by the same root, as in the paper."""
    one, _ = made(2, 0, 1)
    before = one.qkv.weight.copy()
    one.shrink_scores(np.array([0.25, 1.0]))
    ratio = (one.qkv.weight / before).reshape(3, 2, -1)
    assert_rounding(ratio[:, 0, 0], [0.5, 0.5, 1.0], 1)
    assert (ratio[:, 1] == 1).all()
    x = split_heads(np.ones((1, 1, 8)), 2)
    assert attention(x, x, x, None)[0].shape == x.shape
