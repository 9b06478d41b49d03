"""The table answers as a dictionary does."""
import numpy as np
from hypothesis import given, strategies as st

from twinformer.tokenizers.fast import pair_ranks
from twinformer.tokenizers.fast.pair_ranks import NEVER, PairRanks

TOKENS = [b"a", b"b", b"c", b"ab", b"ba", b"abc", b"bc", b"cab", b"abab"]


@given(st.lists(st.sampled_from(TOKENS), unique=True, min_size=1), st.data())
def test_every_pair(tokens, data):
    numbers = data.draw(st.lists(st.integers(0, NEVER - 1), unique=True, min_size=len(tokens),
                                 max_size=len(tokens)))
    ranks = dict(zip(tokens, numbers))
    asked = [*numbers, -1, -2, NEVER - 1]
    left, right = (grid.ravel().astype(np.int32) for grid in np.meshgrid(asked, asked))
    bytes_of = {rank: token for token, rank in ranks.items()}
    expected = [ranks.get(bytes_of[a] + bytes_of[b], NEVER) if a in bytes_of and b in bytes_of
                else NEVER for a, b in zip(left.tolist(), right.tolist())]
    assert PairRanks(ranks)(left, right).tolist() == expected


def test_pairs_that_want_the_same_slot(monkeypatch):
    """With a factor of 1 all small pairs start at slot 0."""
    monkeypatch.setattr(pair_ranks, "GOLDEN", np.uint64(1))
    ranks = {token: i for i, token in enumerate(TOKENS)}
    left, right = (grid.ravel() for grid in np.meshgrid(np.arange(12), np.arange(12)))
    found = PairRanks(ranks)(left, right)
    assert np.count_nonzero(found != NEVER) == sum(
        a + b in ranks for a in TOKENS for b in TOKENS)
    for a, b, rank in zip(left, right, found):
        if rank != NEVER:
            assert TOKENS[a] + TOKENS[b] == TOKENS[rank]
