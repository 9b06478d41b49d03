"""Attention in tiles: the plain one's numbers, without its matrix of weights.

Cases have a few queries and keys, and tiles of one to four of them. The laws of
windows, documents, sinks and shared keys stand in test_flash_attention_laws.py.
"""
import math

import numpy as np
import pytest
import torch
from hypothesis import given

import numpy_impl.layers.attention as plain
import numpy_impl.layers.flash_attention as ours
import torch_impl.layers.flash_attention as theirs
from numpy_impl.layers import parallel
from numpy_impl.layers.parallel import set_row_threads
from numpy_impl.layers.visibility import visible_mask
from torch_impl.layers.fused import spelled_out

from ..agreement import assert_agree, assert_rounding
from ..case import Case
from ..components import component
from ..running import bounds_of, run_numpy
from ..proof import check_agreement
from ..strategies import cases, generic

NAME = "layers.flash_attention.flash_attention"
GROUPED = NAME + ", in windows"


@given(cases(NAME, generic))
def test_the_denominators_are_those_of_all_scores(case):
    """The running maximum and sum of both sides, against torch.logsumexp."""
    q, k, v, tile = case.inputs.values()
    scores = torch.from_numpy(q @ k.mT / math.sqrt(q.shape[-1]))
    mask = torch.from_numpy(plain.causal_mask(q.shape[2], k.shape[2]))
    expected = torch.logsumexp(
        torch.where(mask, scores, -torch.inf), -1, keepdim=True)
    _, cache = ours.flash_attention(q, k, v, tile=tile)
    arrays = theirs.by_group(*map(torch.from_numpy, (q, k, v)), None, None)
    scale = 1 / math.sqrt(q.shape[-1])
    _, logsumexp = theirs.forward_tiles(*arrays, theirs.How(None, scale, None, tile))
    logsumexp = logsumexp[:, :, 0]
    size = 1 + (np.abs(q) @ np.abs(k).mT).max()
    for found in (logsumexp, cache.logsumexp):
        assert_rounding(found, expected, k.shape[2], size)


@given(cases(NAME, generic))
def test_it_is_plain_attention(case):
    """Against the reference's own other form, forward and backward."""
    check_it_is_plain(case)


@given(cases(GROUPED, generic))
def test_it_is_plain_attention_with_everything(case):
    check_it_is_plain(case)


def check_it_is_plain(case):
    _, bounds = bounds_of(case)
    q, k, v, sinks, window, scale, softcap, documents, _ = map(
        case.inputs.get, ("q", "k", "v", "sinks", "window", "scale", "softcap",
                          "documents", "tile"))
    mask = visible_mask(q.shape[2], k.shape[2], window, documents)
    y, cache = plain.attention(
        q, k, v, mask if documents is None else mask[:, None],
        scale=scale, softcap=softcap, sinks=sinks)
    gradients = plain.attention_backward(case.dy, cache)
    names = ["dq", "dk", "dv", "dsinks"][:len(gradients)]
    expected = {"y": y} | dict(zip(names, gradients, strict=True))
    result = run_numpy(case)
    assert list(result) == list(expected)
    for name, bound in bounds.items():
        assert_agree(result[name], expected[name], bound, name)


@pytest.mark.parametrize("T, S", [(1, 1), (1, 3000), (130, 130), (65, 1100)])
def test_the_tiles_of_every_day(T, S):
    """More queries than a tile has, and more keys; none of them padding."""
    generator = np.random.default_rng(T)
    q, dy = generator.standard_normal((2, 1, 2, T, 4))
    k, v = generator.standard_normal((2, 1, 2, S, 4))
    check_agreement(Case(component(NAME), dy=dy,
                         inputs={"q": q, "k": k, "v": v}))


def test_later_positions_have_no_influence():
    """Causality, bit for bit: whatever comes after position t."""
    generator = np.random.default_rng(0)
    q, k, v = generator.standard_normal((3, 1, 2, 9, 4))
    y, _ = ours.flash_attention(q, k, v, tile=(2, 3))
    for t in range(8):
        k2, v2, q2 = k.copy(), v.copy(), q.copy()
        for a in (q2, k2, v2):
            a[:, :, t + 1:] = generator.standard_normal(a[:, :, t + 1:].shape)
        y2, _ = ours.flash_attention(q2, k2, v2, tile=(2, 3))
        np.testing.assert_array_equal(y[:, :, :t + 1], y2[:, :, :t + 1])


def test_a_larger_score_in_a_later_tile():
    """The running sums shrink by exp(old maximum - new one): here to nothing,
    on both sides."""
    k = np.zeros((1, 1, 6, 1))
    k[..., 5, 0] = 2000
    q, v = np.ones((1, 1, 6, 1)), np.arange(6.0).reshape(1, 1, 6, 1)
    y, _ = ours.flash_attention(q, k, v, tile=(2, 3))
    np.testing.assert_array_equal(y.ravel(), [0, 0.5, 1, 1.5, 2, 5])
    with spelled_out():
        y = theirs.flash_attention(*map(torch.from_numpy, (q, k, v)), tile=(2, 3))
    np.testing.assert_array_equal(y.ravel(), [0, 0.5, 1, 1.5, 2, 5])


def test_same_bits_for_any_number_of_threads(monkeypatch):
    monkeypatch.setattr(parallel, "SLICE", 16)  # a group is one head
    generator = np.random.default_rng(1)
    q, k, v, dy = generator.standard_normal((4, 2, 3, 9, 4))
    results = []
    for threads in (1, 3):
        set_row_threads(threads)
        y, cache = ours.flash_attention(q, k, v)
        results.append([y, *ours.flash_attention_backward(dy, cache)])
    for one, three in zip(*results, strict=True):
        np.testing.assert_array_equal(one, three)
    monkeypatch.undo()
    y, cache = ours.flash_attention(q, k, v)  # all heads in one group
    for a, b in zip(results[0], [y, *ours.flash_attention_backward(dy, cache)],
                    strict=True):
        np.testing.assert_array_equal(a, b)


def test_more_queries_than_keys_are_refused():
    q, k = np.zeros((1, 1, 3, 2)), np.zeros((1, 1, 2, 2))
    for attend, array in ((ours.flash_attention, np.asarray),
                          (theirs.flash_attention, torch.from_numpy)):
        with pytest.raises(ValueError, match="3 queries and 2 keys"):
            attend(array(q), array(k), array(k))


def test_dropout_is_refused_where_nobody_would_draw_it():
    """Inside torch's kernel torch draws it. Spelled out it would be off, and
    nobody would notice."""
    q = torch.ones(1, 1, 40, 2)
    y = theirs.flash_attention(q, q, q, rate=0.5)
    assert not torch.equal(y, q)
    with spelled_out(), pytest.raises(ValueError, match="no masks to draw"):
        theirs.flash_attention(q, q, q, rate=0.5)
