"""Newton-Schulz: the same polynomial on every singular value, in both packages
and in torch's own; what it leaves alone, and where it ends."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim._muon import _zeropower_via_newtonschulz

import numpy_impl.training.newton_schulz as ours
import torch_impl.training.newton_schulz as theirs

from ..agreement import assert_agree, assert_printed, assert_rounding
from ..bounds import measured_bounds
from ..strategies import generic, hostile, seeds

A, B, C = ours.COEFFICIENTS
# Where p has its one maximum and its one minimum above 0: p'(s) = 0
PEAK, VALLEY = np.sqrt(np.roots([5 * C, 3 * B, A])[::-1])


def p(s):
    return A * s + B * s**3 + C * s**5


LOWEST, HIGHEST = p(VALLEY), p(PEAK)


def least(rounds):
    """The smallest singular value, in units of |x|, that ends in the interval:
    its way back down the rising branch, by bisection."""
    goal = LOWEST
    for _ in range(rounds):
        low, high = 0.0, PEAK
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (low, middle) if p(middle) > goal else (middle, high)
        goal = high
    return goal


@st.composite
def matrices(draw, numbers=generic):
    axes = draw(st.sampled_from([(), (1,), (3,), (2, 2)]))
    shape = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    return draw(numbers((*axes, *shape)))


def bounds_of(x, **options):
    """The twin's, and how far two correct programs may part."""
    exact, bounds = measured_bounds(lambda: {
        "y": theirs.newton_schulz(torch.from_numpy(x), **options)})
    return exact["y"], bounds["y"]


@given(matrices() | matrices(hostile), st.sampled_from([1, 3, 5]))
def test_both_packages_agree(x, rounds):
    expected, bound = bounds_of(x, steps=rounds)
    assert_agree(ours.newton_schulz(x, rounds), expected, bound)


@given(matrices().filter(lambda x: x.ndim == 2))
def test_it_is_torchs_own_but_for_its_rounding(x):
    """torch's iteration with nothing rounded to bfloat16: the same numbers.
    Ours in bfloat16, which is how torch's runs: as near to the truth."""
    exact, bound = bounds_of(x)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
        found = _zeropower_via_newtonschulz(
            torch.from_numpy(x), ours.COEFFICIENTS, ours.STEPS, ours.EPSILON)
    assert_agree(found, exact, bound)
    half = torch.from_numpy(x).bfloat16()
    assert theirs.newton_schulz(half).dtype == torch.bfloat16


@given(seeds, st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 5]))
def test_it_is_a_polynomial_of_the_singular_values(seed, rows, columns, rounds):
    """Without products: by the decomposition that it does without."""
    x = np.random.default_rng(seed).normal(size=(rows, columns))
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    s = s / np.sqrt((s * s).sum())
    for _ in range(rounds):
        s = p(s)
    _, bound = bounds_of(x, steps=rounds)
    assert_agree(ours.newton_schulz(x, rounds), (u * s) @ vt,
                 bound + 64 * np.finfo(float).eps * A**rounds)


def test_the_interval_of_the_derivation():
    """p sends [LOWEST, HIGHEST] into itself: who is in stays in."""
    s = np.linspace(LOWEST, HIGHEST, 10001)
    assert p(s).min() >= LOWEST and p(s).max() <= HIGHEST
    assert_printed(LOWEST, 0.6818, 4)
    assert_printed(HIGHEST, 1.2024, 4)
    assert_printed(least(5), 0.0015, 4)
    # below, every round brings it up, and never above HIGHEST
    s = np.linspace(0, LOWEST, 10001)[1:]
    assert (p(s) > 1.6 * s).all() and p(s).max() <= HIGHEST


@given(seeds, st.integers(2, 6), st.integers(0, 4), st.sampled_from([1, 3, 5]))
def test_singular_values_end_in_the_interval(seed, m, more, rounds):
    """All that begin above least(rounds); in any direction."""
    draw = np.random.default_rng(seed)
    u, _ = np.linalg.qr(draw.normal(size=(m, m)))
    v, _ = np.linalg.qr(draw.normal(size=(m + more, m)))
    s = np.exp(draw.uniform(np.log(least(rounds)), 0, m))
    s *= 1 / np.sqrt((s * s).sum())
    s = np.maximum(s, 1.5 * least(rounds))   # |x| may be 1.3
    y = ours.newton_schulz(draw.uniform(0.1, 9) * (u * s) @ v.T, rounds)
    found = np.linalg.svd(y, compute_uv=False)
    slack = 64 * np.finfo(float).eps * A**rounds
    assert found.min() >= LOWEST - slack and found.max() <= HIGHEST + slack


@given(matrices(), seeds)
def test_rotating_the_spaces_rotates_the_result(x, seed):
    """Q x P^T -> Q y P^T for orthogonal Q and P: it has no axes of its own."""
    draw = np.random.default_rng(seed)
    q, _ = np.linalg.qr(draw.normal(size=(x.shape[-2],) * 2))
    r, _ = np.linalg.qr(draw.normal(size=(x.shape[-1],) * 2))
    turned = ours.newton_schulz(q @ x @ r.T)
    y, bound = bounds_of(x)
    # what is off before a product is off in every element of it
    bound = np.sqrt((bound * bound).sum((-2, -1), keepdims=True)) \
        + 64 * np.finfo(float).eps * A**5
    assert_agree(turned, q @ y @ r.T, 2 * np.broadcast_to(bound, x.shape))


@given(matrices(), st.sampled_from([0.25, 8.0, -1.0]))
def test_length_says_nothing_and_sign_all(x, factor):
    """Powers of 2, which round nothing: the same bits."""
    if (np.sqrt((x * x).sum((-2, -1))) < 10 * ours.EPSILON).any():
        return
    y = ours.newton_schulz(x)
    assert_rounding(ours.newton_schulz(factor * x), np.sign(factor) * y, 1)


@given(matrices())
def test_on_its_side_it_is_the_same(x):
    y, bound = bounds_of(x)
    turned = ours.newton_schulz(np.ascontiguousarray(x.mT)).mT
    assert_agree(turned, y, 2 * bound)


@given(matrices().filter(lambda x: x.ndim == 3))
def test_matrices_beside_each_other_do_not_meet(x):
    y, bound = bounds_of(x)
    for alone, together, room in zip(x, y, bound, strict=True):
        assert_agree(ours.newton_schulz(alone), together, 2 * room)


@pytest.mark.parametrize("package", [ours, theirs])
def test_nothing_stays_nothing(package):
    zeros = np.zeros((2, 3))
    if package is theirs:
        zeros = torch.from_numpy(zeros)
    y = package.newton_schulz(zeros)
    assert not np.asarray(y).any()


def test_float32_stays_float32_and_nothing_is_written():
    x = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    before = x.copy()
    assert ours.newton_schulz(x).dtype == np.float32
    np.testing.assert_array_equal(x, before)
