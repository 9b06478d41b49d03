"""What all tokenizers share: the bytes of their ids, decoding, special tokens."""
import math

import numpy as np
import pytest
from hypothesis import given

from numpy_impl.text.bpe import BPETokenizer
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.tokenizers.token_table import bytes_per_token

from .every_tokenizer import TOKENIZERS
from parity_tests.text.samples import error_of, texts


def test_bits_per_byte():
    """A uniform guess over 256 bytes is 8 bits a byte, in any tokenizer's units."""
    tokenizer = ByteTokenizer()
    targets = np.array(tokenizer.encode("any text") + [tokenizer.end_of_text])
    lengths = bytes_per_token(tokenizer)
    nats = np.full(8, math.log(256))
    assert lengths.shape == (257,) and lengths[256] == 0
    assert nats.sum() / math.log(2) / lengths[targets].sum() == pytest.approx(8)


@given(texts())
def test_byte_lengths_add_up_to_the_text(text):
    for tokenizer in (ByteTokenizer(), *TOKENIZERS[-2:]):
        lengths = bytes_per_token(tokenizer)
        assert lengths.shape == (tokenizer.vocab_size,)
        assert lengths[tokenizer.encode_ordinary(text)].sum() == len(text.encode())


def test_half_characters_are_repaired():
    assert ByteTokenizer().decode(ByteTokenizer().encode("a\ud800")) == "a\ufffd"


def test_strict_decoding():
    with pytest.raises(UnicodeDecodeError):
        ByteTokenizer().decode([0xff], errors="strict")
    assert ByteTokenizer().decode([0xff, 65], errors="ignore") == "A"


def test_wrong_special_tokens_are_refused():
    assert "empty" in error_of(ByteTokenizer, [""])
    ranks = {bytes([b]): b for b in range(256)}
    assert "twice" in error_of(BPETokenizer, ranks, "gpt2", {"<|a|>": 300, "<|b|>": 300})
