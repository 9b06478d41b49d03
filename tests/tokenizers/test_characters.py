import string

import pytest
from hypothesis import given, strategies as st

from twinformer.tokenizers.characters import CharacterTokenizer

from parity_tests.text.samples import error_of, real_text


@given(st.text())
def test_round_trip_and_sorted_ids(text):
    tokenizer = CharacterTokenizer.from_text(text)
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert tokenizer.vocab_size == len(set(text))
    assert ids == [sorted(set(text)).index(c) for c in text]


def test_tiny_shakespeare_has_65_characters():
    text = real_text("tinyshakespeare/input.txt")
    tokenizer = CharacterTokenizer.from_text(text)
    assert tokenizer.vocab_size == 65
    assert tokenizer.characters == "".join(sorted("\n !$&',-.3:;?" + string.ascii_letters))
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_an_unknown_character_is_named_with_its_place():
    message = error_of(CharacterTokenizer.from_text("abc").encode, "ab\u00e9")
    assert "'\u00e9' at offset 2" in message and "3 characters" in message


def test_special_tokens_follow_the_characters():
    tokenizer = CharacterTokenizer.from_text("ba", ["<|endoftext|>"])
    assert tokenizer.end_of_text == 2 and tokenizer.vocab_size == 3
    assert tokenizer.encode("a<|endoftext|>b", allowed_special="all") == [0, 2, 1]
    assert CharacterTokenizer.from_text("ba").end_of_text is None


def test_wrong_vocabularies_are_refused():
    assert "twice" in error_of(CharacterTokenizer, "abca")
    with pytest.raises(ValueError):
        CharacterTokenizer.from_text("half a character \ud800")
