"""Scripts with and without spaces."""
import pytest

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
