"""The book's word tokenizers, against the book's own two lines of code."""
import re

from hypothesis import given, strategies as st

from twinformer.tokenizers.words import (
    SimpleTokenizerV1, SimpleTokenizerV2, split_words,
)

from parity_tests.text.samples import NASTY, error_of, real_text

fragments = st.sampled_from([*NASTY, *',.:;?_!"()\' -'])
texts = st.lists(fragments | st.text(), max_size=20).map("".join)


@given(texts)
def test_split_and_decode_as_in_the_book(text):
    words = [item.strip() for item in re.split(r'([,.:;?_!"()\']|--|\s)', text) if item.strip()]
    assert split_words(text) == words
    joined = re.sub(r'\s+([,.:;?!"()\'])', r"\1", " ".join(words))
    tokenizer = SimpleTokenizerV2.from_text(text)
    assert tokenizer.decode(tokenizer.encode(text)) == joined
    if words:
        assert SimpleTokenizerV1.from_text(text).decode([0]) == min(words)


def test_the_verdict():
    """4690 words, 1130 of them different; the book's sentences and ids."""
    text = real_text("rasbt/the-verdict.txt")
    assert len(split_words(text)) == 4690
    assert len(SimpleTokenizerV1.from_text(text).vocab) == 1130

    tokenizer = SimpleTokenizerV2.from_text(text)
    assert tokenizer.vocab_size == 1132
    assert tokenizer.vocab["<|endoftext|>"] == tokenizer.end_of_text == 1130
    ids = tokenizer.encode(
        "Hello, do you like tea? <|endoftext|> In the sunlit terraces of the palace.")
    assert tokenizer.decode(ids) == (
        "<|unk|>, do you like tea? <|endoftext|> In the sunlit terraces of the <|unk|>.")
    message = error_of(SimpleTokenizerV1.from_text(text).encode, "Hello, do you")
    assert "'Hello'" in message and "<|unk|>" in message


def test_wrong_vocabularies_are_refused():
    assert "<|unk|>" in error_of(SimpleTokenizerV2, {"a": 0})
    assert "same id" in error_of(SimpleTokenizerV1, {"a": 0, "b": 0})
