import numpy_impl.text.bpe as ours

from ..shared_data import shared_data
from .samples import gpt2


def test_the_cache_is_bounded_and_does_not_change_the_ids():
    tokenizer, twin = gpt2()
    text = shared_data("books-en/alice.11-0.txt").read_text(encoding="utf-8")
    small = ours.BPETokenizer(tokenizer.ranks, "gpt2", tokenizer.special_tokens)
    small._ids_of.max_pieces = 50
    assert small.encode(text) == twin.encode(text)
    assert len(small._ids_of) <= 50
    long = "x" * 300 + "y"
    assert long not in small._ids_of and small.encode(long) == twin.encode(long)
    assert long not in small._ids_of
