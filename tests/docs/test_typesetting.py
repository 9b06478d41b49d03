"""Blanks beside full-width marks are closed up, marks stay with formulas, code is left be."""
import pytest
from docutils import nodes

pytest.importorskip("sphinx", reason="the book's tools are not installed (pip install -e .[docs])")

from docs.site.extension.typesetting import close_gaps, keep_marks


def paragraph(*parts):
    section = nodes.section("")
    section += nodes.paragraph("", "", *(
        nodes.Text(part) if isinstance(part, str) else part for part in parts))
    return section


def formula(text="x"):
    return nodes.math(text, text)


@pytest.mark.parametrize(("written", "read"), [
    ("在代码中， ", "在代码中，"),
    ("一句。\n另一句。", "一句。另一句。"),
    ("词\n元", "词元"),
    ("见 （下文）", "见（下文）"),
    ("用 GPT-2 训练", "用 GPT-2 训练"),
    ("Chowdhery et al. 2022, section 5", "Chowdhery et al. 2022, section 5"),
])
def test_gaps(written, read):
    page = paragraph(written, formula())
    close_gaps(page)
    assert page.astext() == read + "x"


def test_a_gap_between_two_elements():
    page = paragraph(nodes.strong("", "权重。"), " 用 ", formula("n"), " 表示行，\n", formula("c"))
    close_gaps(page)
    assert page.astext() == "权重。用 n 表示行，c"


def test_code_keeps_its_blanks():
    block = nodes.literal_block("", "a， b\n")
    page = paragraph(nodes.literal("", "。 x"), " 和 ", nodes.literal("", "y"))
    page += block
    close_gaps(page)
    assert page.astext() == "。 x 和 y\n\na， b\n"


def test_a_mark_stays_with_its_formula():
    page = paragraph("so ", formula(), "), and ", formula("y"), " is ", formula("z"), "。")
    text = page.astext()
    keep_marks(page)
    together = [node.astext() for node in page.findall(nodes.inline)]
    assert together == ["x),", "z。"]
    assert page.astext() == text


def test_a_long_formula_may_be_broken():
    page = paragraph(formula("x + " * 40 + "x"), ".")
    keep_marks(page)
    assert not list(page.findall(nodes.inline))
