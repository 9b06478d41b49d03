"""Hidden tokens: how many, in which ways, and never a special one."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinformer.batches.bert_tokens import BertTokens
from twinformer.batches.collate import IGNORE
from twinformer.batches.masking import hide_tokens, masked_batch, masked_windows
from twinformer.batches.sentence_pairs import SentencePair

TOKENS = BertTokens(cls=1, sep=2, mask=3, pad=0)
texts = st.lists(st.integers(4, 29), min_size=1, max_size=20)
pairs = st.lists(st.builds(SentencePair, texts, texts, st.booleans()), min_size=1, max_size=5)


@given(pairs, st.integers(0, 99))
def test_a_batch_of_pairs(pairs, seed):
    batch = masked_batch(pairs, TOKENS, 30, seed)
    asked = batch.targets != IGNORE
    there = np.where(asked, batch.targets, batch.inputs)    # every token, found again
    for row, pair in enumerate(pairs):
        whole = [1, *pair.first, 2, *pair.second, 2]
        n = len(whole)
        assert there[row].tolist() == whole + [0] * (there.shape[1] - n)
        assert batch.real[row].tolist() == [True] * n + [False] * (there.shape[1] - n)
        assert batch.segments[row, :n].tolist() == (
            [0] * (len(pair.first) + 2) + [1] * (len(pair.second) + 1))
        assert not batch.segments[row, n:].any()
        assert batch.labels[row] == pair.is_random
        text = len(pair.first) + len(pair.second)
        assert asked[row].sum() == max(1, round(0.15 * text))
    assert not asked[np.isin(there, [0, 1, 2])].any()
    assert {array.dtype for array in batch} == {np.dtype(np.int64), np.dtype(bool)}


@given(st.integers(1, 4), st.integers(1, 20), st.integers(0, 99))
def test_windows_of_a_corpus(B, T, seed):
    """Where documents end in one, their [SEP] is not asked for."""
    windows = np.random.default_rng(seed).integers(4, 30, (B, T))
    windows[:, T // 2] = TOKENS.sep
    batch = masked_windows(windows, TOKENS, 30, seed)
    asked = batch.targets != IGNORE
    there = np.where(asked, batch.targets, batch.inputs)
    assert (there[:, 0] == 1).all() and (there[:, -1] == 2).all()
    np.testing.assert_array_equal(there[:, 1:-1], windows)
    assert (asked.sum(1) == (max(1, round(0.15 * (T - 1))) if T > 1 else 0)).all()
    assert not asked[there == 2].any()
    assert batch.real.all() and not batch.segments.any() and not batch.labels.any()
    assert {array.dtype for array in batch} == {np.dtype(np.int64), np.dtype(bool)}


def test_eighty_ten_ten():
    """Each share within four deviations of what it should be; a random token is the same one
    now and then."""
    ids = np.full((400, 100), 7)
    inputs, targets = hide_tokens(ids, np.ones_like(ids, bool), 3, 30, seed=0)
    asked = targets != IGNORE
    assert (asked.sum(1) == 15).all() and (targets[asked] == 7).all()
    assert (inputs[~asked] == 7).all()
    n, found = asked.sum(), inputs[asked]
    for share, expected in ((np.mean(found == 3), 0.8 + 0.1 / 30),
                            (np.mean(found == 7), 0.1 + 0.1 / 30),
                            (np.mean(found == 29), 0.1 / 30)):
        assert abs(share - expected) < 4 * (expected * (1 - expected) / n) ** 0.5
    assert set(found) == set(range(30))
    columns = asked.mean(0)     # every place is as likely
    assert np.abs(columns - 0.15).max() < 5 * (0.15 * 0.85 / 400) ** 0.5


def test_the_seed_decides():
    ids = np.arange(60).reshape(2, 30)
    may = np.ones_like(ids, bool)
    first, again, other, step = (hide_tokens(ids, may, 3, 60, seed)
                                 for seed in (1, 1, 2, (1, 5)))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first[1] != other[1]).any() and (first[1] != step[1]).any()


def test_a_row_without_text_is_asked_nothing():
    ids = np.array([[1, 2], [1, 9]])
    inputs, targets = hide_tokens(ids, ids > 2, 3, 10, seed=0, share=1.0)
    np.testing.assert_array_equal(targets, [[IGNORE, IGNORE], [IGNORE, 9]])
    np.testing.assert_array_equal(inputs[0], ids[0])


@pytest.mark.parametrize("share", [0, -0.1, 1.5, float("nan")])
def test_a_share_that_is_none(share):
    ids = np.ones((1, 2), int)
    with pytest.raises(ValueError, match=r"a number in \(0, 1\], got"):
        hide_tokens(ids, ids > 0, 3, 10, 0, share)


def test_what_makes_no_batch():
    with pytest.raises(ValueError, match="at least one pair"):
        masked_batch([], TOKENS, 30, 0)
    with pytest.raises(ValueError, match=r"expected shape \(1, 2\), got \(2,\)"):
        hide_tokens(np.ones((1, 2), int), np.ones(2, bool), 3, 10, 0)
