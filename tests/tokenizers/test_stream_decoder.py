"""A stream of ids gives the text that decoding all of them gives."""
import numpy as np
from hypothesis import given, strategies as st

from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

from .every_tokenizer import any_tokenizer


@any_tokenizer
@given(st.data())
def test_a_stream_is_the_decoded_text(tokenizer, data):
    """Whatever ids a model writes, cut characters and special tokens too."""
    ids = data.draw(st.lists(st.sampled_from(sorted(tokenizer._table))))
    stream = tokenizer.stream_decoder()
    parts = [stream.add(token) for token in ids] + [stream.finish()]
    assert "".join(parts) == tokenizer.decode(ids) == tokenizer.decode(np.array(ids, int))


def test_a_stream_holds_a_character_back_until_it_is_whole():
    stream = ByteTokenizer().stream_decoder()
    assert [stream.add(byte) for byte in "\u4f60!".encode()] == ["", "", "\u4f60", "!"]
    assert stream.add(0xe4) == "" and stream.finish() == "\ufffd"
