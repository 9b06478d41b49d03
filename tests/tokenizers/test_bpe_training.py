"""Training: the published merges, and a trainer that counts everything anew."""
from collections import Counter

import pytest
import regex
from hypothesis import example, given, strategies as st

from twinformer.tokenizers.bpe_training import count_pieces, learn_merges
from twinformer.tokenizers.byte_alphabet import from_visible
from twinformer.tokenizers.patterns import PATTERNS

from parity_tests.text.samples import real_text, texts


def naive_merges(pieces, n_merges, min_count):
    """Sennrich et al. 2016, algorithm 1, word for word: no index, no heap."""
    words = {tuple(bytes([b]) for b in piece): n for piece, n in pieces.items()}
    merges = []
    while len(merges) < n_merges:
        counts = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                counts[pair] += n
        if not counts or max(counts.values()) < min_count:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        merged = Counter()
        for word, n in words.items():
            new, i = [], 0
            while i < len(word):
                size = 2 if word[i:i + 2] == best else 1
                new.append(b"".join(word[i:i + size]))
                i += size
            merged[tuple(new)] += n
        words = merged
    return merges


pieces = st.dictionaries(
    st.binary(max_size=12) | st.text("ab", max_size=30).map(str.encode),
    st.integers(1, 9), max_size=12)


@given(pieces, st.integers(0, 40), st.integers(1, 4))
@example({b"aaaaaaa": 1}, 9, 1)                 # overlapping pairs
@example({b"aaabdaaabac": 1}, 3, 2)
@example({b"ab": 2, b"bc": 2, b"\xff\x00": 2}, 3, 2)    # ties: the greater pair first
@example({b"": 3}, 1, 1)
def test_merges_equal_counting_anew(counts, n_merges, min_count):
    merges = learn_merges(counts, n_merges, min_count)
    assert merges == naive_merges(counts, n_merges, min_count)


@given(pieces)
def test_merges_are_monotone(counts):
    """Each merge is of tokens that exist by then, into one that did not: so a
    rank orders the merges, and tiktoken needs no more than the tokens."""
    tokens = {bytes([b]) for b in range(256)}
    for a, b in learn_merges(counts, 1000, min_count=1):
        assert {a, b} <= tokens and a + b not in tokens
        tokens.add(a + b)


def test_published_merges():
    """243 merges of corpus.en, from the Stanford course on language models."""
    lines = real_text("bpe-training/train-bpe-reference-merges.txt").splitlines()
    expected = [tuple(map(from_visible, line.split(" "))) for line in lines]
    counts = count_pieces(real_text("bpe-training/corpus.en"), "gpt2")
    encoded = {piece.encode(): n for piece, n in counts.items()}
    assert len(expected) == 243
    assert learn_merges(encoded, 243) == expected


@pytest.mark.parametrize("pattern", PATTERNS)
@given(st.lists(texts(), max_size=3))
def test_pieces_are_the_text(pattern, some):
    counts = count_pieces(some, pattern)
    assert counts == sum((count_pieces(text, pattern) for text in some), Counter())
    for text in some:
        assert "".join(regex.findall(PATTERNS[pattern], text)) == text


def test_progress_is_told():
    told = []
    learn_merges({b"low lower": 2}, 3, progress=lambda *now: told.append(now))
    assert told == [(1, 3), (2, 3), (3, 3)]
