"""Attention with any mask: the plain one, every weight at hand."""
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.attention as ours
import torch_impl.layers.attention as theirs

from ..agreement import assert_rounding
from ..cases import Case
from ..components import component
from ..running import run_numpy
from ..proof import check_agreement
from ..strategies import cases, generic

NAME = "layers.attention.attention"


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
