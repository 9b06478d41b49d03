"""A small book is built as the whole one is: both editions, links that lead somewhere, formulas
without a script, nothing from elsewhere."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .small_book import small_book

pytest.importorskip("myst_nb", reason="the docs extra is not installed")
pytest.importorskip("lxml", reason="the docs extra is not installed")
pytest.importorskip("pydata_sphinx_theme", reason="the docs extra is not installed")

ROOT = Path(__file__).parents[3]
BUILD = """
import sys
from pathlib import Path
from docs.site.build import build
from docs.site.places import Place
root = Path(sys.argv[1])
sys.exit(build(Place(root, root / "build" / "site"), strict=True, node=False, makers=[], files=[]))
"""
NOTEBOOK = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  name: python3
---

# A chapter

```{code-cell} ipython3
print(6 * 7)
```
"""


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    from PIL import Image

    root = tmp_path_factory.mktemp("book")
    small_book(root, **{"docs/chapters/01-numbers.md": NOTEBOOK})
    Image.new("RGB", (2, 2)).save(root / "docs/images/curve.png")
    done = subprocess.run([sys.executable, "-c", BUILD, str(root)], cwd=ROOT, text=True,
                          capture_output=True, timeout=300,
                          env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr[-3000:]
    return root / "build" / "site" / "html"


def read(html, page):
    return (html / page).read_text("utf-8")


def test_nothing_is_wrong_in_it(html):
    from docs.site.check import problems
    assert list(problems(html.resolve())) == []


def test_each_page_leads_to_itself_in_the_other_language(html):
    assert 'href="../../zh/derivations/first.html"' in read(html, "en/derivations/first.html")
    assert 'href="../../en/derivations/first.html"' in read(html, "zh/derivations/first.html")
    assert '<html lang="zh-CN"' in read(html, "zh/derivations/first.html")


def test_formulas_are_drawn_without_a_script(html):
    page = read(html, "en/derivations/first.html")
    assert "<math" in page and "mathjax.js" not in page.lower()


def test_previous_and_next_follow_the_reader(html):
    page = read(html, "en/derivations/second.html")
    assert page.index('title="next page"') > page.index('title="previous page"')
    assert 'href="first.html"' in page[page.index('title="previous page"') - 300:]


def test_a_notebook_is_run_and_offered(html):
    assert "42" in read(html, "en/chapters/01-numbers.html")
    assert 'href="../notebooks/01-numbers.ipynb"' in read(html, "en/chapters/01-numbers.html")
    assert '"print(6 * 7)"' in read(html, "en/notebooks/01-numbers.ipynb").replace("\\n", "")


def test_the_front_door_leads_to_both(html):
    assert 'href="en/index.html"' in read(html, "index.html")
    assert 'href="zh/index.html"' in read(html, "index.html")
