"""A page in docs/zh has the shape of its English page, and the very figures of its tables.

That none is missing or stale, and that code is the same, tests/docs/test_translations.py holds.
"""
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ZH = ROOT / "docs/zh"
FENCE = re.compile(r"^(`{3,}|:{3,}).*?^\1 *$", re.M | re.S)
INDENTED = re.compile(r"(?<=\n\n)(?: {4}.*\n)+")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

both = pytest.mark.parametrize("name", sorted(
    page.relative_to(ZH).as_posix() for page in ZH.glob("**/*.md")))


def english(name):
    page = ROOT / "docs" / name
    return page if page.exists() else ROOT / "benchmarks" / name


def texts(name):
    return [FENCE.sub("", page.read_text("utf-8")) for page in (english(name), ZH / name)]


def headings(text):
    return [len(marks) for marks in re.findall(r"^(#+) ", text, re.M)]


def rows(text):
    return re.findall(r"^\|.*", text, re.M)


@both
def test_the_same_headings_and_tables(name):
    ours, theirs = texts(name)
    assert headings(ours) == headings(theirs)
    assert [row.count("|") for row in rows(ours)] == [row.count("|") for row in rows(theirs)]


@both
def test_what_was_measured_is_the_same(name):
    """Every figure of every row, and all that a command printed."""
    if not name.startswith("results/"):
        pytest.skip("no measurements")
    ours, theirs = texts(name)
    for row, other in zip(rows(ours), rows(theirs), strict=True):
        assert sorted(NUMBER.findall(row)) == sorted(NUMBER.findall(other))
    assert INDENTED.findall(ours) == INDENTED.findall(theirs)
