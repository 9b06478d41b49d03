"""The two rules, one example each; test_bpe_batches proves that they suffice."""
import numpy as np

from twinformer.tokenizers.fast.early_merges import early_merges, last_rank
from twinformer.tokenizers.fast.pair_ranks import NEVER

BYTES = {bytes([b]): b for b in range(256)}
YOU = "\u4f60".encode()     # e4 bd a0


def borders(tokens):
    return np.argwhere(early_merges(BYTES | tokens)).tolist()


def test_a_pair_with_a_part_of_a_character_comes_early():
    assert borders({b"a\xe4": 300}) == [[ord("a"), 0xe4]]
    assert borders({b"\xa0a": 300}) == [[0xa0, ord("a")]]
    assert borders({YOU[:2]: 300, YOU: 301}) == []      # inside of a character


def test_a_pair_of_whole_characters_has_to_wait():
    tokens = {YOU[:2]: 300, YOU: 301}
    assert borders(tokens | {b"a" + YOU: 302}) == []
    assert borders(tokens | {b"a" + YOU: 299}) == [[ord("a"), 0xe4]]
    assert borders(tokens | {YOU + b"a": 299}) == [[0xa0, ord("a")]]
    assert borders({YOU[:2]: 301, YOU: 299, YOU + b"a": 300}) == [[0xa0, ord("a")]]


def test_ascii_is_always_whole():
    assert borders({b"ab": 300, b"abc": 299}) == []


def test_last_rank():
    ranks = BYTES | {YOU[1:]: 300, YOU: 290, YOU[:2]: 280}
    assert last_rank("a", ranks) == -1
    assert last_rank("\u4f60", ranks) == 290        # e4 bd first, then all of it
    assert last_rank("\u4f60", BYTES | {YOU[1:]: 300, YOU: 290}) == 300
    assert last_rank("\udce4", ranks) == NEVER
