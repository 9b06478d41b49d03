"""What is remembered, and what is merged in which way, does not change the ids."""
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, strategies as st

import numpy_impl.text.bpe as ours
from twinformer.tokenizers.fast import piece_cache
from twinformer.tokenizers.fast.bpe_merging import merge_piece
from twinformer.tokenizers.fast.piece_cache import PieceCache

from parity_tests.text.samples import gpt2, real_text, texts


@pytest.fixture
def at_once(monkeypatch):
    """Even a few pieces are merged in batches, and in several of them."""
    for name, value in (("MANY", 0), ("FEW", 0), ("TOGETHER", 3), ("LONG", 12)):
        monkeypatch.setattr(piece_cache, name, value)


def fresh():
    tokenizer, twin = gpt2()
    return ours.BPETokenizer(tokenizer.ranks, "gpt2", tokenizer.special_tokens), twin


def test_the_cache_is_bounded_and_does_not_change_the_ids():
    small, twin = fresh()
    text = real_text("books-en/alice.11-0.txt")
    small.cache.max_pieces = 50
    for part in (text[:3000], text[3000:3100], text):
        assert small.encode(part) == twin.encode(part)
        assert len(small.cache.ids) <= 50
    long = "x" * 300 + "y"
    assert small.encode(long) == twin.encode(long)
    assert long not in small.cache.ids


def test_any_text_in_batches(at_once):
    tokenizer, twin = fresh()
    tokenizer.cache.batches = gpt2()[0].cache.batches     # its tables, made once

    @given(texts(), st.booleans())
    @example("\u7ea2\u697c " * 9 + "a" * 20 + "\u4f60" * 20, True)
    @example("", True)
    def same(text, forget):
        if forget:
            tokenizer.cache.ids.clear()
        assert tokenizer.encode_ordinary(text) == twin.encode_ordinary(text)
    same()


def test_first_time_and_again():
    """English is remembered, Chinese is not, for its pieces seldom come back;
    unless they do."""
    tokenizer, twin = fresh()
    cache = tokenizer.cache
    text = real_text("books-en/alice.11-0.txt")
    assert tokenizer.encode_ordinary(text) == twin.encode_ordinary(text)
    assert set(tokenizer.find_pieces(text)) <= set(cache.ids)

    novel = real_text("chinese/hongloumeng.txt")
    before = len(cache.ids)
    for text, remembered in ((novel[:300_000], False), (novel[300_000:600_000], False),
                             (novel[300_000:600_000], True), (novel[300_000:600_000], True)):
        assert tokenizer.encode_ordinary(text) == twin.encode_ordinary(text)
        assert (len(cache.ids) > before) == remembered


def test_a_token_that_no_merges_lead_to(at_once):
    """As a whole piece it is that token, inside of another one it is not."""
    ranks = {bytes([b]): b for b in range(256)} | {b"abc": 256, "\u697c".encode(): 257}
    assert merge_piece(b"abc", ranks) == list(b"abc")
    cache = PieceCache(ranks)
    assert cache.unreachable == {"abc", "\u697c"}
    for pieces in (["abc"], ["abc", "abcd", "b", "\u697c"], ["d", "e"]):
        for _ in range(2):
            assert cache.encode(pieces) == [
                i for piece in pieces for i in ([ranks[piece.encode()]] if piece.encode() in ranks
                                                else piece.encode())]


def test_threads_that_share_a_tokenizer(monkeypatch):
    """Each gets its own ids, though the others add to the cache and empty it."""
    monkeypatch.setattr(piece_cache, "MANY", 100)
    shared, twin = fresh()
    shared.cache.max_pieces = 300
    text = real_text("chinese/hongloumeng.txt")[:30_000] + real_text("books-en/alice.11-0.txt")
    parts = [text[start:start + 2000] for start in range(0, len(text), 2000)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shared.encode, parts)) == list(map(twin.encode, parts))
