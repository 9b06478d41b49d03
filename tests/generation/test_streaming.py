"""Streaming: the pieces joined are the decoded text, none comes too late."""
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import twinformer.generation.streaming as theirs
from twinformer.generation.streaming import stream_text

byte_tokenizer = pytest.importorskip("twinformer.tokenizers.byte_tokenizer")


def test_the_twin_uses_the_references_file():
    assert theirs.stream_text is stream_text


@given(st.text())
@example("naïve 你好 🎉")
def test_the_pieces_joined_are_the_text(text):
    tokenizer = byte_tokenizer.ByteTokenizer()
    ids = tokenizer.encode_ordinary(text)
    pieces = list(stream_text(tokenizer, ids))
    assert len(pieces) == len(ids) + 1
    assert "".join(pieces) == tokenizer.decode(ids) == text


def test_a_character_comes_with_its_last_byte():
    tokenizer = byte_tokenizer.ByteTokenizer()
    ids = tokenizer.encode_ordinary("aé🎉")
    pieces = list(stream_text(tokenizer, ids))
    assert pieces == ["a", "", "é", "", "", "", "🎉", ""]


def test_a_character_that_never_ends_is_shown_at_the_end():
    tokenizer = byte_tokenizer.ByteTokenizer()
    ids = tokenizer.encode_ordinary("é")[:1]
    assert list(stream_text(tokenizer, ids)) == ["", "\N{REPLACEMENT CHARACTER}"]


def test_a_stop_token_ends_the_text_and_is_no_part_of_it():
    tokenizer = byte_tokenizer.ByteTokenizer()
    end = tokenizer.end_of_text
    rest = iter([97, 98, end, 99])
    assert "".join(stream_text(tokenizer, rest, [end])) == "ab"
    assert next(rest) == 99  # nothing was asked for after the stop
