"""Tiled attention: the plain one's numbers, without its matrix of weights."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.attention as plain
import numpy_impl.layers.fused_attention as ours
from numpy_impl.layers.parallel import set_row_threads

from ..agreement import assert_agree
from ..components import Case, bounds_of, component, run_numpy
from ..proof import (
    check_agreement, check_bfloat16, check_derivative, check_float32,
    check_laws,
)
from ..strategies import cases, generic, moderate, seeds

NAMES = [
    "layers.fused_attention.fused_attention",
]
every = pytest.mark.parametrize("name", NAMES)


@every
@given(data=st.data())
def test_forward_and_gradients_agree(name, data):
    check_agreement(data.draw(cases(name)))


@every
@given(data=st.data())
def test_backward_is_the_derivative_of_forward(name, data):
    check_derivative(data.draw(cases(name, generic)), data.draw(seeds))


@every
@given(data=st.data())
def test_float32_is_as_accurate_as_torchs(name, data):
    check_float32(data.draw(cases(name, moderate)))


@every
@given(data=st.data())
def test_twin_in_bfloat16(name, data):
    check_bfloat16(data.draw(cases(name, moderate)))


@every
@given(data=st.data())
def test_laws(name, data):
    check_laws(data.draw(cases(name)))


@pytest.fixture
def tiles(monkeypatch):
    """Tiles so small that a few positions already fill many."""
    monkeypatch.setattr(ours, "QUERIES", 2)
    monkeypatch.setattr(ours, "KEYS", 3)


@given(data=st.data(), queries=st.integers(1, 5), keys=st.integers(1, 5))
def test_many_tiles_agree_with_autograd(data, queries, keys):
    case = data.draw(cases(NAMES[0]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ours, "QUERIES", queries)
        patch.setattr(ours, "KEYS", keys)
        check_agreement(case)


@given(cases(NAMES[0], generic))
def test_it_is_plain_attention(case):
    """Against the reference's own other form, forward and backward."""
    _, bounds = bounds_of(case)
    q, k, v = case.inputs.values()
    y, cache = plain.attention(
        q, k, v, plain.causal_mask(q.shape[2], k.shape[2]))
    dq, dk, dv = plain.attention_backward(case.dy, cache)
    result = run_numpy(case)
    expected = {"y": y, "dq": dq, "dk": dk, "dv": dv}
    for name, bound in bounds.items():
        assert_agree(result[name], expected[name], bound, name)


@pytest.mark.parametrize("T, S", [(1, 1), (1, 3000), (130, 130), (65, 1100)])
def test_the_sizes_of_real_tiles(T, S):
    """More queries than a tile has, and more keys; none of them padding."""
    generator = np.random.default_rng(T)
    q, dy = generator.standard_normal((2, 1, 2, T, 4))
    k, v = generator.standard_normal((2, 1, 2, S, 4))
    check_agreement(Case(component(NAMES[0]), dy=dy,
                         inputs={"q": q, "k": k, "v": v}))


def test_later_positions_have_no_influence(tiles):
    """Causality, bit for bit: whatever comes after position t."""
    generator = np.random.default_rng(0)
    q, k, v = generator.standard_normal((3, 1, 2, 9, 4))
    y, _ = ours.fused_attention(q, k, v)
    for t in range(8):
        k2, v2, q2 = k.copy(), v.copy(), q.copy()
        for a in (q2, k2, v2):
            a[:, :, t + 1:] = generator.standard_normal(a[:, :, t + 1:].shape)
        y2, _ = ours.fused_attention(q2, k2, v2)
        np.testing.assert_array_equal(y[:, :, :t + 1], y2[:, :, :t + 1])


def test_a_larger_score_in_a_later_tile(tiles):
    """The running sums shrink by exp(old top - new top): here to nothing."""
    k = np.zeros((1, 1, 6, 1))
    k[..., 5, 0] = 2000
    q, v = np.ones((1, 1, 6, 1)), np.arange(6.0).reshape(1, 1, 6, 1)
    y, _ = ours.fused_attention(q, k, v)
    np.testing.assert_array_equal(y.ravel(), [0, 0.5, 1, 1.5, 2, 5])


def test_same_bits_for_any_number_of_threads(monkeypatch):
    monkeypatch.setattr(ours, "SLICE", 16)  # a group is one head
    generator = np.random.default_rng(1)
    q, k, v, dy = generator.standard_normal((4, 2, 3, 9, 4))
    results = []
    for threads in (1, 3):
        set_row_threads(threads)
        y, cache = ours.fused_attention(q, k, v)
        results.append([y, *ours.fused_attention_backward(dy, cache)])
    for one, three in zip(*results, strict=True):
        np.testing.assert_array_equal(one, three)
    monkeypatch.undo()
    y, cache = ours.fused_attention(q, k, v)  # all heads in one group
    for a, b in zip(results[0], [y, *ours.fused_attention_backward(dy, cache)],
                    strict=True):
        np.testing.assert_array_equal(a, b)


def test_more_queries_than_keys_are_refused():
    from numpy_impl.layers.fused_attention import fused_attention as ours
    from torch_impl.layers.fused_attention import fused_attention as theirs
    q, k = np.zeros((1, 1, 3, 2)), np.zeros((1, 1, 2, 2))
    for attend, array in ((ours, np.asarray), (theirs, torch.from_numpy)):
        with pytest.raises(ValueError, match="3 queries and 2 keys"):
            attend(array(q), array(k), array(k))
