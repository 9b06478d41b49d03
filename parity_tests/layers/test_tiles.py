"""Tiles: together they are the whole, and none is where nothing can be seen."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.tiles as ours
import torch_impl.layers.tiles as theirs
from numpy_impl.layers.visibility import visible_mask

from .test_visibility import texts

BOTH = pytest.mark.parametrize("module", [ours, theirs])


def how_of(module, tile, window=None):
    return module.How(window, 1.0, None, tile)


def positions(slices):
    return [list(range(s.start, s.stop)) for s in slices]


def queries_of(T, r):
    return np.empty((1, 1, r, T, 1))


@BOTH
def test_the_cases_cross_several_tiles(module):
    """Seven queries in tiles of three after two older keys, in tiles of four:
    the last of each is ragged, and no tile lies in the future."""
    how = how_of(module, (3, 4))
    tiles = module.query_tiles(queries_of(7, 1), how)
    assert positions(tiles) == [[0, 1, 2], [3, 4, 5], [6]]
    assert [positions(module.key_tiles(queries, 2, None, how)) for queries in tiles] == [
        [[0, 1, 2, 3], [4]],
        [[0, 1, 2, 3], [4, 5, 6, 7]],
        [[0, 1, 2, 3], [4, 5, 6, 7], [8]]]


@BOTH
def test_a_tile_of_queries_is_that_of_all_heads_together(module):
    """Rows of a product: of six, three heads have two each."""
    how = how_of(module, (6, 4))
    assert positions(module.query_tiles(queries_of(3, 3), how)) == [[0, 1], [2]]
    assert positions(module.query_tiles(queries_of(2, 7), how)) == [[0], [1]]


@BOTH
def test_keys_begin_at_the_left_edge_of_the_window(module):
    how = how_of(module, (3, 4), window=3)
    tiles = [module.key_tiles(queries, 2, None, how)
             for queries in module.query_tiles(queries_of(7, 1), how)]
    assert [positions(tile) for tile in tiles] == [
        [[0, 1, 2, 3], [4]], [[3, 4, 5, 6], [7]], [[6, 7, 8]]]


@given(texts(), st.integers(1, 3), st.integers(1, 5), st.integers(1, 4))
def test_masked_tiles_are_the_mask(text, r, t, s):
    """Put together again; what no tile looks at is masked as well."""
    T, past, window, documents = text
    B, S = 1 if documents is None else len(documents), past + T
    expected = np.broadcast_to(visible_mask(T, S, window, documents), (B, T, S))
    for module, zeros, tensor in ((ours, np.zeros, lambda a: a),
                                  (theirs, torch.zeros, torch.from_numpy)):
        how = how_of(module, (t, s), window)
        own = None if documents is None else tensor(documents[:, None])
        seen = np.zeros((B, r, T, S), bool)
        for queries in module.query_tiles(queries_of(T, r), how):
            for keys in module.key_tiles(queries, past, own, how):
                rows, width = r * (queries.stop - queries.start), keys.stop - keys.start
                masked = module.mask_tile(
                    zeros((B, 1, rows, width)), queries, keys, past, own, how)
                seen[:, :, queries, keys] = np.reshape(
                    np.asarray(masked) == 0, (B, r, -1, width))
        np.testing.assert_array_equal(seen, np.broadcast_to(expected[:, None], seen.shape))


def test_rows_and_back():
    """The heads of a group, one below the other."""
    x = np.arange(2 * 3 * 2 * 4 * 5).reshape(2, 3, 2, 4, 5)
    rows = ours.rows(x, slice(1, 3))
    assert rows.shape == (2, 3, 4, 5)
    np.testing.assert_array_equal(rows[:, :, :2], x[:, :, 0, 1:3])
    np.testing.assert_array_equal(rows[:, :, 2:], x[:, :, 1, 1:3])
    y = np.zeros_like(x)
    ours.put(y, slice(1, 3), rows)
    np.testing.assert_array_equal(y[..., 1:3, :], x[..., 1:3, :])
    assert not y[..., 0, :].any() and not y[..., 3, :].any()
    t = torch.from_numpy(x)
    np.testing.assert_array_equal(rows, theirs.rows(t, slice(1, 3)))
