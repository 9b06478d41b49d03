"""Marks in what people write, and ids of what is made of it."""
import pytest
from hypothesis import given, strategies as st

from twinformer.chat.guard import NONCHARACTERS, Guard, unused_marks
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

from parity_tests.text.samples import error_of

NAMES = ["<|a|>", "<|a", "|a|>b", "aa", "<s>"]
TOKENIZER = ByteTokenizer(NAMES)
GUARD = Guard(TOKENIZER, "", ["\ufdd0", "\ufdd1"])
spelled = st.text("<|as>b \n") | st.lists(st.sampled_from([*NAMES, "<", "|a", "a"])).map("".join)


@given(st.lists(st.tuples(st.booleans(), spelled), max_size=5))
def test_no_token_comes_of_marked_texts(parts):
    """However they are put together with pieces of tokens between them."""
    text = "".join(GUARD.marked(part) if marked else "<" for marked, part in parts)
    ids = GUARD.encode(text)
    assert TOKENIZER.decode(ids) == GUARD.read(text)
    if not any(name in "<" * len(parts) for name in NAMES):
        assert max(ids, default=0) < 256


@given(st.text().filter(lambda text: not set(text) & set("<|as>b")))
def test_other_texts_have_no_marks(text):
    assert GUARD.marked(text) == text


@pytest.mark.parametrize(("text", "marked"), [
    ("see <s> here", "see <.s.>. here"), ("  s>x", "  .s>x"), ("ends with <", "ends with <."),
    ("a < b", "a < b."), (" s ", " .s. "), ("", "")])
def test_where_marks_stand(text, marked):
    guard = Guard(ByteTokenizer(["<s>", "b/>"]), "", [".", ","])
    assert guard.marked(text) == marked


def test_marks_are_no_characters_of_the_text():
    assert unused_marks(["\ufdd0a", "\ufdd2"], 2) == ["\ufdd1", "\ufdd3"]
    assert "take them out" in error_of(unused_marks, NONCHARACTERS, 1)
    assert "one character" in error_of(Guard, ByteTokenizer(["#"]), "", [".", ","])
