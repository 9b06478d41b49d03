"""Attention with any mask: the plain one, every weight at hand."""
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.attention as ours
import torch_impl.layers.attention as theirs

from ..agreement import assert_agree, assert_rounding
from ..case import Case
from ..components import component
from ..running import bounds_of, run_numpy
from ..proof import check_agreement
from ..strategies import cases, generic

NAME = "layers.attention.attention"
GROUPED = NAME + ", in groups"


@given(st.integers(1, 9), st.integers(1, 9))
def test_causal_masks_are_the_same(T, S):
    """Query t of the last T positions sees keys 0..S-T+t."""
    mask = ours.causal_mask(T, S)
    np.testing.assert_array_equal(mask, theirs.causal_mask(T, S))
    for t in range(T):
        for s in range(S):
            assert mask[t, s] == (s <= S - T + t)


@given(cases(NAME, generic))
def test_a_query_that_may_attend_to_nothing(case):
    """Its output is 0, and it sends back no gradient."""
    mask = case.inputs["mask"].copy()
    mask[0] = False
    case = replace(case, inputs=case.inputs | {"mask": mask})
    result = run_numpy(case)
    assert not result["y"][..., 0, :].any()
    assert not result["dq"][..., 0, :].any()
    check_agreement(case)


@given(cases(NAME, generic))
def test_what_is_masked_has_no_influence(case):
    """A key that nobody may attend to can hold anything; it gets no gradient.
    Bit for bit, as its weight is 0."""
    mask = case.inputs["mask"].copy()
    mask[:, 0] = False
    k, v = case.inputs["k"].copy(), case.inputs["v"].copy()
    case = replace(case, inputs=case.inputs | {"mask": mask})
    before = run_numpy(case)
    k[..., 0, :], v[..., 0, :] = 7e5, -3e5
    after = run_numpy(replace(case, inputs=case.inputs | {"k": k, "v": v}))
    np.testing.assert_array_equal(before["y"], after["y"])
    assert not before["dk"][..., 0, :].any()
    assert not before["dv"][..., 0, :].any()


def test_equal_keys_share_equally():
    """Ties: all scores the same, so the output is the mean of the values."""
    q, v = np.ones((3, 2)), np.arange(8.0).reshape(4, 2)
    y, _ = ours.attention(q, np.ones((4, 2)), v, np.ones((3, 4), bool))
    np.testing.assert_array_equal(y, np.tile(v.mean(0), (3, 1)))


@pytest.mark.parametrize("T, S", [(1, 1), (1, 5), (3, 5), (5, 5)])
def test_causal_attention_is_torchs_own(T, S):
    generator = np.random.default_rng(T + S)
    q = generator.standard_normal((2, T, 4))
    k, v = generator.standard_normal((2, 2, S, 4))
    mask = ours.causal_mask(T, S)
    y, cache = ours.attention(q, k, v, mask)
    expected = torch.nn.functional.scaled_dot_product_attention(
        *map(torch.from_numpy, (q, k, v, mask)))
    assert_rounding(y, expected, 1, np.abs(v).max())  # weights add up to 1
    check_agreement(Case(component(NAME), dy=q, inputs={
        "q": q, "k": k, "v": v, "mask": mask}))
    assert_rounding(cache.weights.sum(), 2.0 * T, S)


@given(cases(GROUPED, generic))
def test_every_head_is_computed_as_if_alone(case):
    """With its group's keys and its own sink; without an axis of heads."""
    case = replace(case, keep=None, rate=None)
    q, k, v, mask, scale, softcap, sinks = case.inputs.values()
    (_, H, T, _), (_, G, S, _) = q.shape, k.shape
    _, bounds = bounds_of(case)
    together = run_numpy(case)
    mask = None if mask is None else np.broadcast_to(mask, (len(q), 1, T, S))
    for b, h in np.ndindex(len(q), H):
        key = k[b, h // (H // G)], v[b, h // (H // G)]
        own = None if mask is None else mask[b, 0]
        if sinks is None:
            y, cache = ours.attention(q[b, h], *key, own, scale=scale, softcap=softcap)
            dq = ours.attention_backward(case.dy[b, h], cache)[0]
        else:
            y, cache = ours.attention(
                q[b, h, None], *(a[None] for a in key), own, scale=scale,
                softcap=softcap, sinks=sinks[h, None])
            y, dq = y[0], ours.attention_backward(case.dy[b, h, None], cache)[0][0]
        assert_agree(y, together["y"][b, h], 2 * bounds["y"][b, h])
        assert_agree(dq, together["dq"][b, h], 2 * bounds["dq"][b, h])


@given(cases(GROUPED, generic))
def test_a_sink_is_a_key_of_value_0(case):
    """The column that it is in the formula, of a head of its own for each."""
    case = replace(case, keep=None, rate=None)
    inputs = case.inputs | {"softcap": None, "scale": 1.0}
    q, k, v, mask = (inputs[name] for name in ("q", "k", "v", "mask"))
    B, H, T, _ = q.shape
    S = k.shape[2]
    sinks = np.random.default_rng(0).normal(size=H)
    y = run_numpy(replace(case, inputs=inputs | {"sinks": sinks}))["y"]
    k, v = (np.repeat(a, H // a.shape[1], 1) for a in (k, v))
    more = np.zeros((B, H, 1, k.shape[-1]))
    q1 = np.concatenate([q, np.broadcast_to(sinks[:, None, None], (B, H, T, 1))], -1)
    k1 = np.pad(np.concatenate([k, more], 2), [(0, 0)] * 3 + [(0, 1)])
    k1[:, :, -1, -1] = 1  # its score is the sink
    v1 = np.concatenate([v, more], 2)
    whole = np.ones((T, S), bool) if mask is None else mask
    mask1 = np.concatenate([whole, np.ones((*whole.shape[:-1], 1), bool)], -1)
    expected, _ = ours.attention(q1, k1, v1, mask1, scale=1.0)
    size = np.abs(v).max() * (1 + (np.abs(q) @ np.abs(k).mT).max())
    assert_rounding(y, expected, q.shape[-1] + S, size)


def test_heads_that_do_not_share_equally_are_refused():
    for module, zeros in ((ours, np.zeros), (theirs, torch.zeros)):
        q, k = zeros((2, 3, 5, 2)), zeros((2, 2, 5, 2))
        with pytest.raises(ValueError, match="G dividing H, got \\(2, 3, 5, 2\\)"):
            module.attention(q, k, k, None)
