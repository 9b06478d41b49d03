"""A few rows by a large weight: the numbers of one product, whatever the sizes
of the stack, and only where it is sooner done."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.few_rows as ours

from ..agreement import assert_rounding
from ..strategies import seeds


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(N=st.integers(2, 16), D=st.integers(1, 9), F=st.integers(1, 60),
       small=st.integers(1, 700), piece=st.integers(1, 200), strided=st.booleans(), seed=seeds)
def test_the_stack_gives_every_output_once(dtype, N, D, F, small, piece, strided, seed):
    """Matrices of 1 to 16 outputs, with and without a rest, one piece or many."""
    draw = np.random.default_rng(seed)
    rows, weight = (draw.standard_normal(shape).astype(dtype)
                    for shape in ((N, D), (F, D)))
    terms = rows[:, None].astype(float) * weight           # (N, F, D)
    if strided:
        rows = np.asfortranarray(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ours, "SMALL", max(small, rows.size))
        patch.setattr(ours, "PIECE", piece)
        y = ours.by_a_stack(rows, weight)
    assert y.shape == (N, F) and y.dtype == dtype
    assert_rounding(y, terms.sum(-1).astype(dtype), D, np.abs(terms).max(-1))


def test_a_stack_is_of_as_many_outputs_as_stay_small(monkeypatch):
    """Each matrix multiplies SMALL times at most, and has 16 outputs at most."""
    seen = []
    matmul = np.matmul

    def watch(a, b, **options):
        seen.append(b.shape)
        return matmul(a, b, **options)
    monkeypatch.setattr(ours.np, "matmul", watch)
    monkeypatch.setattr(ours, "SMALL", 4 * 6 * 5)
    monkeypatch.setattr(ours, "PIECE", 10**6)
    ours.by_a_stack(np.ones((4, 6)), np.ones((23, 6)))
    assert seen == [(4, 6, 5), (6, 3)]  # 23 = 4 * 5 + 3
    seen.clear()
    monkeypatch.setattr(ours, "SMALL", 10**6)
    ours.by_a_stack(np.ones((4, 6)), np.ones((32, 6)))
    assert seen == [(2, 6, 16), (6, 0)]
    seen.clear()
    monkeypatch.setattr(ours, "PIECE", 6 * 16)  # a core's turn has 16 outputs
    ours.by_a_stack(np.ones((4, 6)), np.ones((64, 6)))
    assert sorted(seen) == 4 * [(1, 6, 16)] + 4 * [(6, 0)]


@pytest.mark.parametrize("in_place, N, D, F, is_one", [
    (True, 2, 64, 101, True), (True, 10, 64, 101, True), (True, 8, 80, 80, True),
    (True, 1, 64, 101, False),     # read once in any case
    (True, 11, 32, 202, False),    # enough rows for copying to pay off
    (True, 2, 64, 100, False),     # a weight of 6400, which is not large
    (True, 10, 128, 101, False),   # matrices of 4 outputs would not be small
    (False, 2, 64, 101, False)])   # BLAS would copy small ones as well
def test_where_it_is_a_stack(monkeypatch, in_place, N, D, F, is_one):
    monkeypatch.setattr(ours, "LARGE", 6400 - (D == 80))
    monkeypatch.setattr(ours, "SMALL", 4 * 10 * 64)
    monkeypatch.setattr(ours, "multiplies_in_place", lambda: in_place)
    asked = []
    monkeypatch.setattr(ours, "by_a_stack", lambda *both: asked.append(both) or "stack")
    y = ours.times_few_rows(np.ones((N, D)), np.ones((F, D)))
    assert bool(asked) is is_one
    if not is_one:
        np.testing.assert_array_equal(y, np.full((N, F), D))


@pytest.mark.parametrize("api, kernel, expected", [
    ("openblas", "SkylakeX", True), ("openblas", "SapphireRapids", True),
    ("openblas", "Haswell", False), ("openblas", "Zen", False), ("mkl", "SkylakeX", False)])
def test_which_blas_does_not_copy(monkeypatch, api, kernel, expected):
    monkeypatch.setattr(ours, "threadpool_info", lambda: [
        {"internal_api": "openmp"}, {"internal_api": api, "architecture": kernel}])
    assert ours.multiplies_in_place.__wrapped__() is expected
