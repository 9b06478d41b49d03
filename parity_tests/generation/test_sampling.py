"""Sampling: the same logits and the same uniform number give the same id."""
import math

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import numpy_impl.generation.sampling as ours
import torch_impl.generation.sampling as theirs

from ..agreement import assert_agree, assert_printed, assert_rounding
from ..bounds import DOUBLE

# Nine logits of a toy vocabulary, from chapter 5 of Raschka's book.
TOY = np.array([4.51, 0.89, -1.90, 6.75, 1.63, -1.62, -1.89, 6.28, 1.79])

EPS = np.finfo(np.float64).eps
NEAR_1 = 1 - 2**-53  # more than rounded probabilities may add up to


def gaussian(seed, shape, spread):
    return np.random.default_rng(seed).normal(0, spread, shape)


SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, max_side=12)
GENERIC = SHAPES.flatmap(lambda shape: st.builds(
    gaussian, st.integers(0, 2**32 - 1), st.just(shape),
    st.sampled_from([0.1, 1.0, 10.0])))
# Many ties, signed zeros, subnormals, values whose exp overflows or
# vanishes, and forbidden tokens (but one at least is allowed).
HOSTILE = hnp.arrays(
    float, SHAPES,
    elements=st.sampled_from([0.0, -0.0, 1.0, -1.0, 5e-324, 800.0, -1e30,
                              1e300, -np.inf]),
).map(lambda x: np.concatenate([x, np.zeros((*x.shape[:-1], 1))], -1))
LOGITS = GENERIC | HOSTILE

TEMPERATURES = st.sampled_from([0, 1e-320, 0.01, 0.7, 1.0, 2, 1e6, 1e300])
TOP_KS = st.none() | st.integers(1, 15)
TOP_PS = st.none() | st.sampled_from([1e-12, 0.1, 0.5, 0.9, 0.999, NEAR_1, 1.0, 1])
UNIFORMS = (st.floats(0, 1, exclude_max=True)
            | st.sampled_from([0.0, 0.5, 1 - 2**-53]))


def both(function, logits, *args, **options):
    """The result of the reference and of the twin, as NumPy arrays."""
    y = getattr(ours, function)(logits, *args, **options)
    y_t = getattr(theirs, function)(torch.tensor(logits), *args, **options)
    return np.asarray(y), y_t.numpy()


# -- the two sides pick the same ---------------------------------------------

@given(LOGITS, st.integers(1, 15))
@example(np.zeros(5), 2)                                  # all tied
@example(np.array([1.0, -np.inf, -np.inf]), 2)            # tied at -inf
@example(np.array([2.0, 1.0, 2.0, 1.0, 2.0]), 4)          # tied at the edge
def test_top_k_masks_are_the_same_and_keep_exactly_k(logits, k):
    mask, mask_t = both("top_k_mask", logits, k)

    assert mask.dtype == mask_t.dtype == bool
    np.testing.assert_array_equal(mask, mask_t)
    assert (mask.sum(-1) == min(k, logits.shape[-1])).all()
    # Python's sort is stable: the lowest index comes first among equals.
    for row, kept in zip(logits.reshape(-1, logits.shape[-1]),
                         mask.reshape(-1, logits.shape[-1]), strict=True):
        order = sorted(range(row.size), key=lambda i: -row[i])[:k]
        assert set(np.flatnonzero(kept)) == set(order)


@given(LOGITS, st.sampled_from([1e-12, 0.1, 0.5, 0.9, 0.999, NEAR_1, 1.0]))
@example(np.zeros(8), 0.5)            # the edge is met exactly: 4 of 8 kept
@example(np.log([0.5, 0.25, 0.25]), 0.75)
@example(np.zeros(14), NEAR_1)  # 14 times 1/14 adds up to less: all are kept
@example(np.array([3.0]), 0.2)        # V = 1: the nucleus is never empty
def test_top_p_masks_are_the_same_and_smallest(logits, p):
    mask, mask_t = both("top_p_mask", logits, p)

    np.testing.assert_array_equal(mask, mask_t)
    V = logits.shape[-1]
    for row, kept in zip(logits.reshape(-1, V), mask.reshape(-1, V),
                         strict=True):
        order = sorted(range(V), key=lambda i: -row[i])
        size = int(kept.sum())
        assert size >= 1 and kept[order[:size]].all()  # the likeliest ones
        exps = [math.exp(row[i] - row[order[0]]) for i in order]
        total, slack = math.fsum(exps), 4 * V * EPS
        assert math.fsum(exps[:size]) / total >= p - slack     # enough
        assert math.fsum(exps[:size - 1]) / total < p + slack or p == 1


def test_top_p_takes_the_lowest_of_equal_tokens():
    mask, mask_t = both("top_p_mask", np.zeros(8), 0.5)
    assert mask.tolist() == mask_t.tolist() == [True] * 4 + [False] * 4


@given(LOGITS, st.sampled_from([0, 1e-300, 0.05, 0.5, 1.0, 1]))
@example(np.zeros(4), 1.0)                  # equals of the largest are kept
@example(np.log([0.8, 0.4, 0.2]), 0.25)     # met exactly, but for rounding
def test_min_p_masks_are_the_same_and_a_ratio_of_the_largest(logits, p):
    mask, mask_t = both("min_p_mask", logits, p)

    np.testing.assert_array_equal(mask, mask_t)
    V = logits.shape[-1]
    for row, kept in zip(logits.reshape(-1, V), mask.reshape(-1, V),
                         strict=True):
        assert kept[row.argmax()]
        for x, keeps in zip(row, kept, strict=True):
            share, slack = math.exp(x - row.max()), 1 + 1500 * EPS
            assert share * slack >= p if keeps else share < p * slack


@given(LOGITS, TEMPERATURES, TOP_KS, TOP_PS)
def test_probabilities_agree_and_add_up_to_one(logits, temperature, k, p):
    options = {"temperature": temperature, "top_k": k, "top_p": p}
    y, y_t = both("next_probabilities", logits, **options)

    V = logits.shape[-1]
    assert y.shape == logits.shape and y.dtype == y_t.dtype == logits.dtype
    np.testing.assert_array_equal(y > 0, y_t > 0)          # the same support
    # Each is exp / sum: V additions and the rounding of two exps; exp
    # magnifies the rounding of its argument, which is at most 745 where
    # exp is not 0.
    assert_agree(y, y_t, (V + 8 + 2 * 745) * EPS * y_t + DOUBLE.tiny)
    assert_agree(y.sum(-1), np.ones_like(y.sum(-1)), 2 * V * EPS)
    np.testing.assert_array_equal(y[logits == -np.inf], 0)
    assert ((y > 0).sum(-1) <= min(k or V, V)).all()


@given(LOGITS, TEMPERATURES, TOP_KS, TOP_PS, UNIFORMS)
@example(np.zeros(4), 1.0, None, None, 0.25)    # exactly on an edge
def test_the_same_id_is_drawn(logits, temperature, k, p, uniform):
    options = {"temperature": temperature, "top_k": k, "top_p": p}
    uniforms = np.full(logits.shape[:-1], uniform)
    ids, ids_t = both("sample", logits, uniforms, **options)

    assert ids.dtype == ids_t.dtype == np.int64
    assert ids.shape == logits.shape[:-1]
    y = ours.next_probabilities(logits, **options)
    for drawn in (ids, ids_t):  # a token of probability 0 is never drawn
        assert (np.take_along_axis(y, drawn[..., None], -1) > 0).all()
    # A point within rounding of the edge between two tokens may go to
    # either; everywhere else the ids are equal.
    ends, V = y.cumsum(-1), logits.shape[-1]
    margin = np.abs(ends - uniform).min(-1)
    sure = margin > (V + 8 + 2 * 745) * EPS
    np.testing.assert_array_equal(ids[sure], ids_t[sure])


@given(st.integers(0, 2**32 - 1), st.sampled_from([np.float32, np.float64]))
def test_many_draws_pick_the_same_ids(seed, dtype):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (7, 50)).astype(dtype)
    uniform = rng.random(7)
    ids, ids_t = both("sample", logits, uniform, temperature=0.8, top_k=20,
                      top_p=0.95)
    np.testing.assert_array_equal(ids, ids_t)


# -- laws --------------------------------------------------------------------

@given(LOGITS, UNIFORMS)
@example(np.array([0.0, 5e-324, 0.0]), 0.0)  # one after division by 5
def test_temperature_0_and_top_k_1_are_greedy(logits, uniform):
    uniforms = np.full(logits.shape[:-1], uniform)
    greedy = logits.argmax(-1)  # the first of equals
    for options in ({"temperature": 0}, {"top_k": 1}, {"top_p": 1e-12},
                    {"temperature": 5.0, "top_k": 1},
                    {"temperature": 0, "min_p": 0.1},
                    {"temperature": 0, "top_k": 3, "top_p": 0.5}):
        for ids in both("sample", logits, uniforms, **options):
            np.testing.assert_array_equal(ids, greedy)


@given(GENERIC, UNIFORMS)
def test_a_temperature_near_0_is_greedy(logits, uniform):
    uniforms = np.full(logits.shape[:-1], uniform)
    for ids in both("sample", logits, uniforms, temperature=1e-12):
        np.testing.assert_array_equal(ids, logits.argmax(-1))


@given(LOGITS, TEMPERATURES)
def test_keeping_everything_changes_nothing(logits, temperature):
    V = logits.shape[-1]
    plain = both("next_probabilities", logits, temperature)
    for options in ({"top_p": 1.0}, {"top_k": V}, {"top_k": V + 5},
                    {"top_k": V, "top_p": 1}, {"min_p": 0}):
        kept = both("next_probabilities", logits, temperature, **options)
        np.testing.assert_array_equal(kept, plain)


@given(LOGITS, st.floats(-100, 100))
def test_a_constant_added_to_all_logits_changes_nothing(logits, constant):
    logits = np.round(np.clip(logits, -1e3, 1e3) * 2**20) / 2**20
    constant = round(constant * 2**20) / 2**20  # so that the sum is exact
    before = both("next_probabilities", logits, 0.7, 5, 0.9)
    after = both("next_probabilities", logits + constant, 0.7, 5, 0.9)
    np.testing.assert_array_equal(before, after)


def test_draws_follow_the_probabilities():
    """Evenly spread points: each token gets its share, to one point."""
    probabilities = np.array([0.2, 0.0, 0.5, 0.3, 0.0])
    points = (np.arange(1000) + 0.5) / 1000
    for ids in (ours.draw(probabilities, points),
                theirs.draw(torch.tensor(probabilities), points).numpy()):
        counts = np.bincount(ids, minlength=5)
        assert np.abs(counts - 1000 * probabilities).max() <= 1
        assert counts[1] == counts[4] == 0


def test_draws_are_made_in_double_precision_of_what_there_is():
    """The last point is the last token's, though 14 / 14 rounds below 1."""
    short = np.full(14, 1 / 14)
    near = np.array([0.5 + 1e-10, 0.5 - 1e-10])  # equal in float32
    for probabilities, point, expected in ((short, NEAR_1, 13),
                                           (near, 0.5 + 0.5e-10, 0),
                                           (near, 0.5 + 1.5e-10, 1)):
        assert ours.draw(probabilities, point) == expected
        assert theirs.draw(torch.tensor(probabilities), point) == expected


def test_inputs_are_not_modified():
    logits = gaussian(1, (3, 9), 2.0)
    before = logits.copy()
    both("sample", logits, np.full(3, 0.3), temperature=0.5, top_k=4,
         top_p=0.8)
    tensor = torch.tensor(logits)
    theirs.sample(tensor, np.full(3, 0.3), 0.5, 4, 0.8)
    np.testing.assert_array_equal(logits, before)
    np.testing.assert_array_equal(tensor.numpy(), before)


# -- published figures and third parties -------------------------------------

def test_the_toy_vocabulary_of_the_book():
    """Top-3 of nine logits, renormalised: 0.0615, 0.5775, 0.3610."""
    for y in both("next_probabilities", TOY, top_k=3):
        assert np.flatnonzero(y).tolist() == [0, 3, 7]
        assert_printed(y[[0, 3, 7]], [0.0615, 0.5775, 0.3610], 4)


@given(st.integers(0, 2**32 - 1), st.integers(1, 60),
       st.floats(0.01, 0.99), st.floats(0.001, 0.999),
       st.sampled_from([0.3, 1.0, 3.0]))
def test_transformers_keeps_the_same_tokens(seed, k, p, min_p, temperature):
    """Temperature, top-k, top-p, min-p: the order of transformers."""
    from transformers.generation import logits_process as hf

    logits = gaussian(seed, (4, 50), 2.0)  # without ties: HF keeps them all
    scores = torch.tensor(logits)
    for warper in (hf.TemperatureLogitsWarper(temperature),
                   hf.TopKLogitsWarper(k), hf.TopPLogitsWarper(p),
                   hf.MinPLogitsWarper(min_p)):
        scores = warper(None, scores)
    expected = scores.softmax(-1).numpy()

    for y in both("next_probabilities", logits, temperature, k, p,
                  min_p):
        np.testing.assert_array_equal(y > 0, expected > 0)
        assert_rounding(y, expected, 50)


# -- bad input ---------------------------------------------------------------

@pytest.mark.parametrize(("options", "kind", "message"), [
    ({"temperature": -1}, ValueError, "temperature must be 0 or a finite"),
    ({"temperature": math.nan}, ValueError, "temperature must be 0 or"),
    ({"temperature": math.inf}, ValueError, "temperature must be 0 or"),
    ({"temperature": "1"}, TypeError, "temperature must be a number"),
    ({"temperature": None}, TypeError, "temperature must be a number"),
    ({"top_k": 0}, ValueError, "top_k must be at least 1, got 0"),
    ({"top_k": 2.5}, TypeError, "top_k must be a whole number, got 2.5"),
    ({"top_p": 0}, ValueError, "top_p must be above 0 and at most 1"),
    ({"top_p": 1.01}, ValueError, "top_p must be above 0 and at most 1"),
    ({"top_p": math.nan}, ValueError, "top_p must be above 0"),
    ({"top_p": "0.9"}, TypeError, "top_p must be a number, got '0.9'"),
    ({"min_p": -0.1}, ValueError, "min_p must lie between 0 and 1, got -0.1"),
    ({"min_p": 1.1}, ValueError, "min_p must lie between 0 and 1"),
    ({"min_p": math.nan}, ValueError, "min_p must lie between 0 and 1"),
    ({"min_p": "0.1"}, TypeError, "min_p must be a number, got '0.1'"),
])
def test_options_out_of_range_are_refused(options, kind, message):
    for side, logits in ((ours, TOY), (theirs, torch.tensor(TOY))):
        with pytest.raises(kind, match=message):
            side.sample(logits, 0.5, **options)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_logits_gone_bad_are_refused(bad):
    for row in ([0.0, bad, 1.0], [bad, bad, bad], [-np.inf, bad, 0.0]):
        logits = np.array([[0.0, 1.0, 2.0], row])
        for side, x in ((ours, logits), (theirs, torch.tensor(logits))):
            with pytest.raises(ValueError, match="weights have gone bad"):
                side.sample(x, np.array([0.5, 0.5]))


def test_a_row_without_allowed_tokens_is_refused():
    logits = np.full(4, -np.inf)
    for side, x in ((ours, logits), (theirs, torch.tensor(logits))):
        with pytest.raises(ValueError, match="no token is allowed"):
            side.sample(x, 0.5)


@pytest.mark.parametrize("uniform", [1.0, -0.1, math.nan])
def test_a_uniform_number_outside_0_1_is_refused(uniform):
    for side, x in ((ours, TOY), (theirs, torch.tensor(TOY))):
        with pytest.raises(ValueError, match="uniform must lie in"):
            side.sample(x, uniform)
