"""The table of lines and formulas is true, and both ways lead somewhere."""
import re

import pytest

from docs.site.pairs.algebra import (
    derivation_files, formulas, link, links, links_of_page, links_of_pair, page_path)
from docs.site.pairs.facing import ROOT
from docs.site.pairs.marking import marked
from docs.site.pairs.page import pair_page

PAGES = sorted({one.page for one in links()})


def test_every_derivation_of_a_pair_has_lines():
    pages = {path.stem for path in (ROOT / "docs/derivations").glob("[a-z]*.md")}
    assert pages - set(PAGES) == {"schedule"}, "schedule is written once, and so has no pair"


def test_each_row_is_a_line_of_the_reference():
    for one in links():
        line = (ROOT / one.file).read_text("utf-8").splitlines()[one.line]
        assert " ".join(one.code.split()) in " ".join(line.split())
        assert one.file in derivation_files(one.page)


def test_what_is_not_there_is_an_error_that_says_so():
    with pytest.raises(ValueError, match="no formula with"):
        link("linear", "y = x^3", "dx = dy_rows @ self.weight", 1)
    with pytest.raises(ValueError, match="no line"):
        link("linear", r"dx = dy\,W", "dx = dy_rows * self.weight", 1)


def test_formulas_are_cut_at_the_gaps_of_a_display():
    text = "Let $a$ be.\n\n```math\nx = y\n\\qquad\\Rightarrow\\qquad\nz = w\n```\n\n`$b$` no.\n"
    found = [(one.tex, one.number) for one in formulas(text)]
    assert found == [("a", 0), ("x = y", 1), ("z = w", 1)]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_derivation_leads_to_the_code(page, language):
    path = page_path(page, language)
    if not path.is_file():
        pytest.skip(f"docs/{language} has no {page} yet")
    text = marked(page, path.read_text("utf-8"), language)
    for one in links_of_page(page):
        if one.pair is None:
            continue
        assert f'id="{one.anchor()}"' in text, f"{one.formula.tex} is not on the page"
        assert f"../pairs/{one.pair}.html#code-" in text


@pytest.mark.parametrize("pair", sorted({one.pair for one in links() if one.pair}))
def test_the_code_leads_to_its_formula(pair):
    page, marks = pair_page(pair, "en"), links_of_pair(pair)
    for n, one in enumerate(marks, 1):
        assert f'id="line-{n}"' in page
        assert f"derivations/{one.page}.html#{one.anchor()}" in page
    for n in re.findall(r'<a href="#code-(\d+)"', page):
        assert f'id="code-{n}"' in page
