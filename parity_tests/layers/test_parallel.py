"""Slices of rows on all cores: the same numbers as the whole at once, the same
bits for any number of cores."""
import warnings

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.parallel as ours

from ..agreement import assert_rounding
from ..cases import Seeded
from ..components import COMPONENTS
from ..running import run_numpy


@ours.over_rows(2)
def product_and_sum(x, y, scale):
    """Rows in and out, a sum over rows, and a whole array."""
    return x * y * scale, (x + y).sum(0)


@given(st.integers(1, 9), st.integers(1, 3), st.integers(1, 4),
       st.integers(1, 20))
def test_slices_are_joined_to_the_whole(n, m, width, slice_size):
    x = np.arange(n * m * width, dtype=float).reshape(n, m, width)
    y, scale = x[..., ::-1], np.arange(width) + 1.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ours, "SLICE", slice_size)
        z, total = product_and_sum(x, y, scale)
    np.testing.assert_array_equal(z, x * y * scale)
    np.testing.assert_array_equal(total, (x + y).sum((0, 1)))


@given(st.integers(0, 40), st.integers(0, 12))
def test_slices_are_equal_and_of_an_even_number(n, most):
    slices = ours.equal_slices(n, most)
    assert [i for here in slices for i in range(n)[here]] == list(range(n))
    lengths = [len(range(n)[here]) for here in slices]
    assert max(lengths) <= max(1, most)
    assert max(lengths) - min(lengths) <= 1
    assert len(slices) in (1, n) or len(slices) % 2 == 0
    needed = max(1, -(-n // max(1, most)))
    assert len(slices) <= needed + 1 and (needed > 1 or len(slices) == 1)


def test_slices_within_a_job_are_larger(monkeypatch):
    """The other cores are busy: there is nobody to share the work with."""
    monkeypatch.setattr(ours, "SLICE", 6)
    monkeypatch.setattr(ours, "NESTED", 3)
    seen = []

    @ours.over_rows(1)
    def watch(x):
        seen.append(len(x))
        return x
    rows = np.zeros((24, 2))
    ours.run_all(watch, [rows])
    assert seen == [6, 6, 6, 6]     # 18 numbers make 9 rows, and 3 slices are 4
    seen.clear()
    watch(rows)
    assert seen == [3] * 8


def test_slices_cover_every_row_once(monkeypatch):
    """Rows of a slice, in order; one may have one more than another."""
    seen = []

    @ours.over_rows(1)
    def watch(x):
        seen.append(x[:, 0].tolist())
        return x

    monkeypatch.setattr(ours, "SLICE", 6)
    ours.set_row_threads(1)
    watch(np.arange(14.0).reshape(7, 2))
    assert seen == [[0], [2, 4], [6, 8], [10, 12]]


@pytest.mark.parametrize("part", COMPONENTS, ids=lambda part: part.name)
def test_components_have_the_same_bits_on_any_number_of_threads(
        part, monkeypatch):
    """Slices of a few elements, so that there are many. They depend on the
    shape alone, and sums over them are added up in order."""
    monkeypatch.setattr(ours, "SLICE", 5)
    for seed in range(3):
        case = part.case(Seeded(seed)).cast(np.float32)
        results = []
        for threads in (1, 2, 5):
            ours.set_row_threads(threads)
            results.append(run_numpy(case))
        for name, one in results[0].items():
            for other in results[1:]:
                np.testing.assert_array_equal(one, other[name], name)


@pytest.mark.parametrize("part", COMPONENTS, ids=lambda part: part.name)
def test_sliced_is_unsliced(part, monkeypatch):
    """Where nothing is summed over rows to the bit; such sums are grouped
    differently, within a few roundings of their terms."""
    for seed in range(3):
        case = part.case(Seeded(seed))
        whole = run_numpy(case)
        with monkeypatch.context() as patch:
            patch.setattr(ours, "SLICE", 5)
            sliced = run_numpy(case)
        for name, expected in whole.items():
            largest = np.abs(expected).max(initial=1)
            assert_rounding(sliced[name], expected, 27, largest, name)


def test_run_all_keeps_the_order_and_passes_errors_on():
    assert ours.run_all(lambda a: a * a, range(20)) == [
        a * a for a in range(20)]
    with pytest.raises(ZeroDivisionError):
        ours.run_all(lambda a: 1 // a, [1, 0])


@pytest.fixture
def threads():
    """Lets BLAS have two threads, however few the tests were given; a function
    that tells how many it has."""
    blas = ThreadpoolController().select(user_api="blas")
    with blas.limit(limits=2):
        yield lambda: {each["num_threads"] for each in blas.info()}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_each_call_has_a_core_to_itself_and_a_single_one_all(count, threads):
    results = ours.on_each_core(lambda a, b: (a * b, threads()),
                                range(count), range(7, 7 + count))
    assert [product for product, _ in results] == [i * (7 + i) for i in range(count)]
    assert all(seen == {2 if count == 1 else 1} for _, seen in results)
    assert threads() == {2}


def test_one_blas_thread_lets_go_afterwards(threads):
    for _ in range(3):
        with ours.one_blas_thread():
            assert threads() == {1}
        assert threads() == {2}


def test_of_several_that_ask_for_one_thread_the_last_gives_the_others_back(threads):
    """Two threads of a user's generate at once: the first to end must not free
    the second's cores, nor the last leave one thread for good."""
    first, second, third = (ours.one_blas_thread() for _ in range(3))
    first.__enter__()
    second.__enter__()
    third.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert threads() == {1}
    third.__exit__(None, None, None)
    assert threads() == {2}


def test_jobs_heed_the_callers_errstate():
    def overflow(_):
        return np.float32(1e30) * np.array([1e30], np.float32)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        ours.run_all(overflow, range(3))
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        warnings.simplefilter("error")
        assert all(np.isinf(y) for y in ours.run_all(overflow, range(3)))


def test_a_part_of_another_shape_is_no_part(monkeypatch):
    """It would fit in by broadcasting, and be wrong."""
    monkeypatch.setattr(ours, "SLICE", 6)
    x = np.ones((9, 2))
    with pytest.raises(ValueError, match=r"a part has the shape \(1, 2\), expected \(\d, 2\)"):
        ours.by_rows(lambda rows: rows.sum(0, keepdims=True), x)
    assert ours.by_rows(lambda rows: rows.sum(), x) == 18
    monkeypatch.setattr(ours, "SLICE", 4)
    with pytest.raises(ValueError, match="a part has the shape"):
        ours.over_heads(lambda rows: (rows.sum((0, 1), keepdims=True),), (np.ones((2, 4, 3)),), 2)


def test_matrix_products_keep_to_the_threads_as_well():
    blas = ThreadpoolController().select(user_api="blas")
    before = [library["num_threads"] for library in blas.info()]
    try:
        ours.set_num_threads(1)
        assert all(each["num_threads"] == 1 for each in blas.info())
    finally:
        blas.limit(limits=max(before, default=1))


def test_groups_of_heads_get_what_they_need(monkeypatch):
    """What all share, along an axis of length 1, and what is not there, too."""
    seen = []

    def add(x, shared, by_head, nothing, factor):
        seen.append((x.shape[:2], shared.shape[:2], by_head.shape[:2]))
        assert nothing is None
        return (factor * (x + shared + by_head),)

    monkeypatch.setattr(ours, "SLICE", 8)
    ours.set_row_threads(1)
    x = np.arange(2.0 * 3 * 4).reshape(2, 3, 4)
    shared, by_head = np.ones((2, 1, 1)), np.arange(3.0).reshape(1, 3, 1)
    y, = ours.over_heads(add, (x, shared, by_head, None), 4, 10)
    np.testing.assert_array_equal(y, 10 * (x + shared + by_head))
    assert seen == 2 * [((1, 1), (1, 1), (1, 1)), ((1, 2), (1, 1), (1, 2))]
