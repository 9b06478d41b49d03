"""The SentencePiece model of a small trained Llama, behind our interface."""
import functools

import pytest
from hypothesis import given, strategies as st

from twinformer.backend import load_tokenizer
from twinformer.tokenizers.sentencepiece_tokenizer import (
    SentencePieceTokenizer,
)

from parity_tests.shared_data import shared_data
from parity_tests.text.samples import error_of, real_text

pytest.importorskip("sentencepiece")


@functools.cache
def stories():
    return SentencePieceTokenizer.from_file(shared_data("stories260K/tok512.model"))


def test_the_published_start_of_a_story():
    tokenizer = stories()
    assert tokenizer.vocab_size == 512
    assert tokenizer.special_tokens == {"<s>": 1, "</s>": 2} and tokenizer.end_of_text == 2
    assert tokenizer.encode("Once upon a time") == [403, 407, 261, 378]
    assert tokenizer.encode("<s>Once", allowed_special="all") == [1, 403]


@given(st.text())
def test_ids_and_text_are_those_of_the_library(text):
    tokenizer = stories()
    ids = tokenizer.encode_ordinary(text)
    assert ids == tokenizer._processor.encode(text)
    assert tokenizer.decode(ids) == tokenizer._processor.decode(ids)


def test_real_stories_come_back(tmp_path):
    tokenizer = stories()
    tokenizer.save(tmp_path / "tokenizer.json")
    again = load_tokenizer(tmp_path / "tokenizer.json")
    for text in real_text("bpe-training/tinystories_sample.txt").split("<|endoftext|>"):
        text = " ".join(text.split())
        assert tokenizer.decode(tokenizer.encode(text)) == text
        assert again.encode(text) == tokenizer.encode(text)
        stream = tokenizer.stream_decoder()
        assert "".join(map(stream.add, tokenizer.encode(text))) + stream.finish() == text


def test_other_files_are_refused(tmp_path):
    (tmp_path / "tokenizer.model").write_bytes(b"\xff no model")
    assert "SentencePiece" in error_of(
        SentencePieceTokenizer.from_file, tmp_path / "tokenizer.model")
