"""Who may see whom: one definition, which masks, tiles and reading share."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.visibility as ours
import torch_impl.layers.visibility as theirs

windows = st.none() | st.integers(1, 9)


def packings(B, S):
    """Documents one after the other, or in any order, some of it padding."""
    def build(seed, in_order):
        labels = np.random.default_rng(seed).integers(-1, 3, (B, S))
        return np.sort(labels) if in_order else labels
    return st.none() | st.builds(build, st.integers(0, 2**16), st.booleans())


@st.composite
def texts(draw):
    """T, past, window, documents (B, S)"""
    T, past = draw(st.integers(1, 7)), draw(st.integers(0, 5))
    return T, past, draw(windows), draw(packings(draw(st.integers(1, 3)), past + T))


def in_words(T, past, window, documents):
    """visible_mask by the definition, one pair after the other: (B, T, S)"""
    S = past + T
    same = np.zeros((1, S)) if documents is None else documents
    return np.array([[[
        j <= i and (window is None or j > i - window)
        and own[j] == own[i] and own[j] >= 0
        for j in range(S)] for i in range(past, S)] for own in same])


def tensor(a):
    return None if a is None else torch.from_numpy(a)


@given(texts())
def test_the_mask_is_the_definition(text):
    T, past, window, documents = text
    mask = ours.visible_mask(T, past + T, window, documents)
    expected = in_words(*text)
    assert mask.shape == expected.shape[documents is None:]
    np.testing.assert_array_equal(mask, expected.reshape(mask.shape))
    np.testing.assert_array_equal(mask, theirs.visible_mask(
        T, past + T, window, tensor(documents)))


@given(texts(), st.data())
def test_a_tile_sees_nothing_outside_its_span(text, data):
    """Bit for bit the same on both sides. Where the documents are in order,
    the ends of the span are seen by somebody: not a key too many."""
    T, past, window, documents = text
    start = data.draw(st.integers(0, T - 1))
    queries = slice(start, data.draw(st.integers(start + 1, T)))
    span = ours.visible_span(queries, past, window, documents)
    assert span == theirs.visible_span(queries, past, window, tensor(documents))
    seen = in_words(*text)[:, queries].any((0, 1))                  # (S,)
    assert not seen[:span.start].any() and not seen[span.stop:].any()
    assert 0 <= span.start < span.stop <= past + queries.stop
    in_order = documents is None or (np.diff(documents) >= 0).all()
    if in_order and len(in_words(*text)) == 1 and seen.any():
        assert seen[span.start] and seen[span.stop - 1]


def test_where_nothing_is_seen_one_key_is_left():
    """It is masked; but y still depends on it, as torch's autograd wants it."""
    documents = np.full((1, 6), -1)
    for module, own in ((ours, documents), (theirs, torch.from_numpy(documents))):
        assert module.visible_span(slice(2, 3), 2, 1, own) == slice(4, 5)


def test_a_window_counts_the_query_itself():
    """As in transformers' sliding_window_overlay: with 1 nobody else is seen."""
    np.testing.assert_array_equal(ours.visible_mask(3, 3, 1), np.eye(3, dtype=bool))
    np.testing.assert_array_equal(
        ours.visible_mask(3, 3, 2), [[1, 0, 0], [1, 1, 0], [0, 1, 1]])


@pytest.mark.parametrize("window", [1, 2, 5, 16])
def test_it_is_transformers_sliding_window(window):
    masking = pytest.importorskip("transformers.masking_utils")
    sees = masking.sliding_window_causal_mask_function(window)
    i, j = torch.arange(9)[:, None], torch.arange(9)
    np.testing.assert_array_equal(ours.visible_mask(9, 9, window), sees(0, 0, i, j))


def test_positions_of_each_sequence():
    """Reading asks for other positions in each: query (B, P)."""
    generator = np.random.default_rng(0)
    documents = np.sort(generator.integers(0, 3, (2, 8)))
    query = generator.integers(0, 8, (2, 3))
    whole = ours.visible_mask(8, 8, 4, documents)
    seen = ours.visible(query, np.arange(8), 4, documents)
    for b in range(2):
        np.testing.assert_array_equal(seen[b], whole[b][query[b]])
    np.testing.assert_array_equal(seen, theirs.visible(
        torch.from_numpy(query), torch.arange(8), 4, torch.from_numpy(documents)))
