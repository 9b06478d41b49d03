"""Text in a terminal's columns: a Chinese character fills two."""
import re

import pytest

from twinformer.commands.classify.judging import summary
from twinformer.commands.console import cells, in_cells
from twinformer.commands.evaluate.accuracy import show
from twinformer.commands.walk.labels import label, spelled
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer


def test_columns():
    assert (cells("ab"), cells("你好"), cells("“é”")) == (2, 4, 3)
    assert in_cells("你好", 5) == "你好 " and in_cells("abc", 5) == "abc  "
    assert in_cells("你好", 3) == "你 "     # half a character is none


def columns_of(text):
    """Where each line with figures ends, in columns."""
    return {cells(line) for line in text.splitlines() if re.search(r"\d\.\d{4}$", line)}


CLASSES = {"垃圾短信": 3, "正常": 5, "ham": 7, "一二三四五六七八九十一二三": 1}


def report():
    of = {"precision": 0.5, "recall": 0.5, "f1": 0.5}
    return {name: {**of, "texts": texts} for name, texts in CLASSES.items()}


def test_tables_with_chinese_classes_align(capsys):
    figures = {"texts": 16, "accuracy": 0.5, "loss": 1.0, "calibration": {"error": 0.1}}
    summary("runs/分类-1", None, {"test": {**figures, "classes": report()}})
    assert len(columns_of(capsys.readouterr().out)) == 1


def test_predictions_with_chinese_classes_align(capsys):
    confusion = [[0] * len(CLASSES) for _ in CLASSES]
    show("a.csv", list(CLASSES), {
        "right": 8, "rows": 16, "accuracy": 0.5, "low": 0.3, "high": 0.7, "macro_f1": 0.5,
        "most_frequent": "ham", "baseline": 0.4, "classes": report(), "confusion": confusion})
    lines = capsys.readouterr().out.partition("class ")[2].splitlines()[1:]
    assert len(lines) == len(CLASSES) and len(set(map(cells, lines))) == 1


@pytest.mark.parametrize(("token", "shown"), [
    ("a", "'a'"), ("你好", "'你好'"), ("你好世界", "'你..'"), ("abcdef", "'ab..'"),
    ("你好吗", "'你..'"), ("\n", "'\\n'")])
def test_labels_of_a_walk_fit(token, shown):
    assert label(token) == shown and cells(shown) <= 6


def test_parts_of_a_character_are_bytes():
    tokenizer = ByteTokenizer()
    first, *_ = tokenizer.encode_ordinary("你")
    assert spelled(tokenizer, first) == "e4" and spelled(tokenizer, ord("a")) == "a"
