import json

from hypothesis import given, strategies as st

from twinformer.tokenizers.byte_alphabet import (
    BYTE_TO_CHARACTER, from_visible, to_visible,
)

from parity_tests.text.samples import error_of, real_text


@given(st.binary())
def test_round_trip(data):
    visible = to_visible(data)
    assert from_visible(visible) == data and len(visible) == len(data)
    assert visible.isprintable() and not any(map(str.isspace, visible))


def test_the_order_of_gpt2():
    """The first 256 ids of GPT-2 are the bytes in the order of this alphabet."""
    encoder = json.loads(real_text("gpt2-tokenizer/encoder.json"))
    assert [encoder[c] for c in BYTE_TO_CHARACTER.values()] == list(range(256))
    assert to_visible(b" \n") == "\u0120\u010a"


def test_other_characters_are_refused():
    assert "\u4f60" in error_of(from_visible, "a\u4f60")
