"""A Chinese page has the formulas of its English one, and its Markdown is read as it was meant.

Words stand between the formulas, so they may come in another order and be repeated; none may be
missing, changed or new, but for the words in a \\text{...}.
"""
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.docs.test_docs import BLOCK, CODE, MATH, ROOT

CHINESE = ROOT / "docs/zh"
PAGES = sorted(CHINESE.glob("derivations/*.md"))
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def english(page: Path) -> str:
    return (ROOT / "docs" / page.relative_to(CHINESE)).read_text("utf-8")


def without_words(formula: str) -> str:
    return re.sub(r"\\text\{[^{}]*\}|\s", "", formula)


def displayed(text):
    return [without_words(formula) for language, formula in BLOCK.findall(text)
            if language == "math"]


def inline(text):
    """Formulas between words. A word in one may have moved it: 'the mean of k', 'k 的平均'."""
    formulas = MATH.findall(CODE.sub("", BLOCK.sub("", text)))
    return {"".join(sorted(without_words(formula))) if r"\text" in formula else formula
            for formula in formulas}


def linked(text):
    """What a page leads to, from wherever the repository's files are."""
    return {re.sub(r"^(?:\.\./)+|#.*", "", target)
            for target in re.findall(r"\]\(([^)\s]+)\)", BLOCK.sub("", text))}


def test_there_is_a_chinese_page_for_each_derivation():
    assert ([page.name for page in PAGES]
            == sorted(page.name for page in ROOT.glob("docs/derivations/*.md")))


@every_page
def test_the_formulas_are_those_of_the_english_page(page):
    chinese = page.read_text("utf-8")
    assert displayed(chinese) == displayed(english(page))
    assert inline(chinese) == inline(english(page))


@every_page
def test_it_leads_where_the_english_page_leads(page):
    assert linked(page.read_text("utf-8")) == linked(english(page))


@every_page
def test_headings_and_lists_are_as_many(page):
    ours, theirs = (BLOCK.sub("", text) for text in (page.read_text("utf-8"), english(page)))
    for mark in (r"^#+ ", r"^- ", r"^\d\. ", r"^\|"):
        assert len(re.findall(mark, ours, re.M)) == len(re.findall(mark, theirs, re.M)), mark


@every_page
def test_a_blank_stands_before_each_formula(page):
    """GitHub reads $ as the start of a formula only behind a blank, a line's start or ( [ | -."""
    text = CODE.sub("`", BLOCK.sub("", page.read_text("utf-8")))
    for match in MATH.finditer(text):
        before = text[max(0, match.start() - 12):match.start()]
        assert not before or before[-1] in " \n(*", f"no blank: {before}{match[0]}"


@every_page
def test_emphasis_is_seen(page):
    """Two stars between a full-width mark and a character are no end of emphasis, but stars."""
    text = MATH.sub("formula", BLOCK.sub("", page.read_text("utf-8")))
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        for child in token.children or ():
            assert child.type != "text" or "*" not in child.content, child.content
