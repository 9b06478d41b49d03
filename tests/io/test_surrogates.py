"""Half characters, which Python's text may hold and UTF-8 cannot."""
from hypothesis import given, strategies as st

from twinformer.io.surrogates import repair_surrogates


@given(st.text(st.characters(exclude_categories=[])))
def test_surrogates_are_repaired(text):
    repaired = repair_surrogates(text)
    repaired.encode("utf-8")
    if all(not "\ud800" <= c <= "\udfff" for c in text):
        assert repaired == text


def test_surrogates():
    assert repair_surrogates("\ud83d\ude00 \ud83d \ude00") == "\U0001f600 \ufffd \ufffd"
