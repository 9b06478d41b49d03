"""Figures measured anew reach the Chinese page; words do not change by themselves."""
from pathlib import Path

import pytest

from docs.site.tables import carried

ROOT = Path(__file__).parents[3]
ENGLISH = """# A page

    python -m benchmarks.page

| recipe | loss | changed |
|---|---|---|
| ours, 3 seeds | 1.25 (1.20) | 40 of 110 |
"""
CHINESE = """# 一页

    python -m benchmarks.page

| 配方 | 损失 | 有变化的 |
|---|---|---|
| 我们的，3 个种子 | 1.25（1.20） | 110 个中的 40 个 |
"""


@pytest.mark.parametrize("page", sorted((ROOT / "docs/zh/results").glob("[a-z]*.md")),
                         ids=lambda page: page.stem)
def test_pages_that_are_up_to_date_stay_as_they_are(page):
    text = page.read_text("utf-8")
    source = (ROOT / "benchmarks/results" / page.name).read_text("utf-8")
    assert carried(text, source) == text


def test_new_figures_come_in_and_words_stay():
    new = ENGLISH.replace("1.25", "1.31").replace("3 seeds", "10 seeds")
    wanted = CHINESE.replace("1.25（1.20）", "1.31 (1.20)").replace("3 个", "10 个")
    assert carried(CHINESE, new) == wanted
    command = ("benchmarks.page\n", "benchmarks.page --seeds 10\n")
    assert carried(CHINESE, new.replace(*command)) == wanted.replace(*command)


def test_a_sentence_with_other_numbers_is_for_people():
    with pytest.raises(ValueError, match=r"table 1: 110 个中的 40 个 is now 41 of 110"):
        carried(CHINESE, ENGLISH.replace("40 of", "41 of"))


def test_another_row_or_table_is_for_people():
    with pytest.raises(ValueError, match=r"table 1: expected 4 lines as in English, got 3"):
        carried(CHINESE, ENGLISH + "| theirs | 2 | 0 of 110 |\n")
    with pytest.raises(ValueError, match="expected as many tables as in English, 2, got 1"):
        carried(CHINESE, ENGLISH + "\ntext\n\n| a |\n|---|\n")
