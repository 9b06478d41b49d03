"""Scripts with and without spaces."""
import pytest

from twinformer.corpora.near_duplicates import shingles
from twinformer.corpora.scripts import beyond_latin, chinese, unspaced


@pytest.mark.parametrize(("text", "found"), [
    ("", (False, False, False)), ("plain, 12", (False, False, False)),
    ("naïve Đặng", (False, False, False)), ("。，", (False, False, False)),
    ("Привет", (False, False, True)), ("한국어 문장", (False, False, True)),
    ("สวัสดีครับ", (False, True, True)),
    ("ひらがな", (False, True, True)), ("What does 朋友 mean?", (True, False, True)),
    ("用 Python 打印早上好", (True, True, True)), ("𠮷", (True, True, True))])
def test_scripts(text, found):
    assert (chinese(text), unspaced(text), beyond_latin(text)) == found


def test_short_clauses_are_no_words():
    """Commas are as near in a Chinese dialogue as spaces elsewhere; one clause that differs must
    not change every shingle."""
    text = "你好，在吗？我到了，门关着。等你，快点来，外面冷。"
    other = text.replace("快点来", "快来")
    a, b = shingles(text), shingles(other)
    assert all(len(shingle) == 8 for shingle in a)
    assert len(a & b) / len(a | b) > 0.2
    assert shingles("one two three four five six") == {
        "one two three four five", "two three four five six"}
