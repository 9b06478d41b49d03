"""Streaming: the pieces joined are the decoded text, none comes too late."""
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import twinformer.generation.streaming as theirs
from twinformer.generation.streaming import broken_characters, stream_text, whole_text

byte_tokenizer = pytest.importorskip("twinformer.tokenizers.byte_tokenizer")


def test_the_twin_uses_the_references_file():
    assert theirs.stream_text is stream_text


@given(st.text())
@example("naïve 你好 🎉")
def test_the_pieces_joined_are_the_text(text):
    tokenizer = byte_tokenizer.ByteTokenizer()
    ids = tokenizer.encode_ordinary(text)
    pieces = list(stream_text(tokenizer, ids))
    assert len(pieces) == len(ids)
    assert "".join(pieces) == tokenizer.decode(ids) == text


def test_a_character_comes_with_its_last_byte():
    tokenizer = byte_tokenizer.ByteTokenizer()
    ids = tokenizer.encode_ordinary("aé🎉")
    pieces = list(stream_text(tokenizer, ids))
    assert pieces == ["a", "", "é", "", "", "", "🎉"]


@pytest.mark.parametrize("size", [1, 2, 4, 5])
def test_a_character_that_is_cut_off_is_not_shown(size):
    """A limit of tokens falls into a character of three bytes more often than not."""
    tokenizer = byte_tokenizer.ByteTokenizer()
    ids = tokenizer.encode_ordinary("你好")[:size]
    assert "\N{REPLACEMENT CHARACTER}" in tokenizer.decode(ids)
    assert whole_text(tokenizer, ids) == "你"[:size // 3]
    assert broken_characters(whole_text(tokenizer, ids)) == ""


def test_bytes_that_form_no_character_are_shown_and_explained():
    tokenizer = byte_tokenizer.ByteTokenizer()
    ids = tokenizer.encode_ordinary("你")[1:] + tokenizer.encode_ordinary("好")
    text = whole_text(tokenizer, ids)
    assert text == tokenizer.decode(ids) and text.endswith("好")
    assert "bytes that form no character" in broken_characters(text)


def test_a_stop_token_ends_the_text_and_is_no_part_of_it():
    tokenizer = byte_tokenizer.ByteTokenizer()
    end = tokenizer.end_of_text
    rest = iter([97, 98, end, 99])
    assert "".join(stream_text(tokenizer, rest, [end])) == "ab"
    assert next(rest) == 99  # nothing was asked for after the stop


def test_a_continuation_keeps_the_space_behind_its_prompt():
    """Of tokenizers whose words begin with a space, decoding takes the first away."""
    from twinformer.tokenizers.words import SimpleTokenizerV1

    tokenizer = SimpleTokenizerV1.from_text("once upon a time")
    prompt, rest = tokenizer.encode("once upon"), tokenizer.encode("a time")
    assert "".join(stream_text(tokenizer, rest)) == "a time"
    continued = "".join(stream_text(tokenizer, rest, goes_on=True))
    assert "once upon" + continued == tokenizer.decode(prompt + rest) == "once upon a time"
