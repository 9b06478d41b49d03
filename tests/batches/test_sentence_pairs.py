"""Pairs of texts: what follows, what is from elsewhere, and that nothing is lost."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinformer.batches.sentence_pairs import sentence_pairs


def numbered(lengths):
    """Documents in which every token is another: document, sentence, place."""
    ids = iter(range(10**6))
    return [[[next(ids) for _ in range(n)] for n in document] for document in lengths]


sizes = st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=8), min_size=2, max_size=5)


def stands_in(text, document):
    """Whether the tokens follow one another in the document."""
    whole = [token for sentence in document for token in sentence]
    return text == whole[whole.index(text[0]):][:len(text)] if text[0] in whole else False


@given(sizes, st.integers(5, 40), st.integers(0, 99))
def test_the_label_says_what_is_so(lengths, length, seed):
    documents = numbered(lengths)
    for pair in sentence_pairs(documents, length, seed):
        assert pair.first and pair.second
        assert len(pair.first) + len(pair.second) <= length - 3
        home, = [d for d in documents if stands_in(pair.first, d)]
        other, = [d for d in documents if stands_in(pair.second, d)]
        assert pair.is_random == (home is not other)
        if not pair.is_random:      # unless tokens were left out, right behind
            assert pair.first[-1] < pair.second[0]
            if len(pair.first) + len(pair.second) < length - 3:
                assert pair.first[-1] + 1 == pair.second[0]


@given(sizes, st.integers(0, 99))
def test_every_sentence_is_read(lengths, seed):
    """What a random text took the place of begins the next pair."""
    documents = numbered(lengths)
    read = {token for pair in sentence_pairs(documents, 1000, seed)
            for token in pair.first + pair.second * (not pair.is_random)}
    assert read == {token for d in documents for sentence in d for token in sentence}


def test_half_of_those_that_could_follow_do():
    documents = numbered([[3] * 400, [3] * 400])
    pairs = [pair.is_random for pair in sentence_pairs(documents, 15, 0)]
    assert len(pairs) > 200
    deviation = 0.5 / len(pairs) ** 0.5
    assert abs(np.mean(pairs) - 0.5) < 4 * deviation
    assert not any(p.is_random for p in list(sentence_pairs(documents, 15, 0, 0.0))[:50])


def test_the_seed_decides():
    documents = numbered([[2, 3, 4] * 4] * 3)
    first, second, other = ([*sentence_pairs(documents, 12, seed)] for seed in (1, 1, 2))
    assert first == second != other


@pytest.mark.parametrize("documents, length, message", [
    (numbered([[1], [1]]), 4, "expected a length from 5, got 4"),
    (numbered([[1, 2]]), 9, "expected at least 2, got 1"),
    ([[[1]], []], 9, "every document needs a sentence"),
    ([[[1]], [[]]], 9, "every sentence a token")])
def test_what_makes_no_pairs(documents, length, message):
    with pytest.raises(ValueError, match=message):
        list(sentence_pairs(documents, length, 0))
