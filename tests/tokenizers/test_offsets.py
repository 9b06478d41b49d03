"""Offsets; test_huggingface_files compares them with Hugging Face's."""
from hypothesis import given, strategies as st

from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.tokenizers.characters import CharacterTokenizer
from twinformer.tokenizers.offsets import token_offsets
from twinformer.tokenizers.words import SimpleTokenizerV1

from parity_tests.text.samples import error_of, gpt2, texts


@given(st.text())
def test_characters_and_bytes(text):
    tokenizer = CharacterTokenizer.from_text(text)
    spans = token_offsets(tokenizer, tokenizer.encode(text)).tolist()
    assert spans == [[i, i + 1] for i in range(len(text))]
    spans = token_offsets(ByteTokenizer(), ByteTokenizer().encode(text)).tolist()
    assert spans == [[i, i + 1] for i, c in enumerate(text) for _ in c.encode()]


@given(texts())
def test_the_spanned_text_holds_the_bytes_of_the_token(text):
    tokenizer, _ = gpt2()
    ids = tokenizer.encode(text, allowed_special="all")
    for token, (start, stop) in zip(ids, token_offsets(tokenizer, ids).tolist(), strict=True):
        assert tokenizer.token_bytes(token) in text[start:stop].encode()


def test_what_has_no_offsets_is_refused():
    assert "byte 1" in error_of(token_offsets, ByteTokenizer(), [65, 0xe4, 0xbd])
    assert "spaces" in error_of(token_offsets, SimpleTokenizerV1.from_text("a b"), [0])
