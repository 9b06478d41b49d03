from hypothesis import given, strategies as st

from twinformer.tokenizers.byte_tokenizer import ByteTokenizer


@given(st.text())
def test_ids_are_the_bytes(text):
    tokenizer = ByteTokenizer()
    assert tokenizer.encode(text) == list(text.encode())
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(st.binary())
def test_round_trip_of_every_byte_string(data):
    assert ByteTokenizer().decode_bytes(list(data)) == data


def test_special_tokens_follow_the_bytes():
    tokenizer = ByteTokenizer(["<|endoftext|>", "<|user|>"])
    assert tokenizer.vocab_size == 258 and tokenizer.end_of_text == 256
    assert tokenizer.encode("<|user|>a", {"<|user|>"}) == [257, 97]
    assert ByteTokenizer([]).end_of_text is None
