"""The chapters run: every cell, top to bottom, and each has what a chapter owes its reader.

    ```{code-cell} ipython3     is run; its first lines may be options, :mystnb: with a plot's alt
    ```{exercises} 03           the chapter's exercises
    ```{pair} layers/norm       leads to two implementations, side by side; of several, to each
    ```{widget} softmax         a small interactive figure

The site runs them as notebooks; here they are plain Python, so that a cell that breaks is red
within seconds, and nothing but NumPy, torch and matplotlib is needed.
"""
import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(ROOT.glob("docs/chapters/[0-9A-Z]*.md"))
NOTEBOOKS = sorted(ROOT.glob("docs/notebooks/*.md"))
CHINESE = sorted(ROOT.glob("docs/zh/chapters/*.md")) + sorted(ROOT.glob("docs/zh/notebooks/*.md"))

CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.M | re.S)
OPTION = re.compile(r"^:[\w-]+:.*$", re.M)
DIRECTIVE = re.compile(r"^```\{(\w+)\} ?([^\n]*)\n(.*?)^```$", re.M | re.S)
NAMES = ["01-language-models", "02-text", "03-attention", "04-the-model", "05-pretraining",
         "06-decoding", "07-weights", "08-classification", "09-instructions", "10-preferences",
         "11-modern-models", "12-scale", "A-pytorch-and-numpy", "D-schedules-and-clipping",
         "E-lora"]


def name(path):
    return path.relative_to(ROOT / "docs").as_posix()


def cells(path):
    """(number of its first line, source) of every code cell"""
    text = path.read_text("utf-8")
    for block in CELL.finditer(text):
        line = text[:block.start()].count("\n") + 1
        yield line, OPTION.sub("", block.group(1))


def directives(path, kind):
    return [argument for found, argument, _ in DIRECTIVE.findall(path.read_text("utf-8"))
            if found == kind]


@pytest.mark.parametrize("page", CHAPTERS + NOTEBOOKS, ids=name)
def test_every_cell_runs(page, tmp_path, monkeypatch):
    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    with redirect_stdout(io.StringIO()), np.printoptions():
        for line, source in cells(page):
            exec(compile("\n" * line + source, name(page), "exec"), namespace)
    plt.close("all")


def test_every_chapter_is_there():
    assert [path.stem for path in CHAPTERS] == NAMES


@pytest.mark.parametrize("page", CHAPTERS, ids=name)
def test_a_chapter_has_something_to_run_to_see_and_to_do(page):
    text = page.read_text("utf-8")
    assert len(list(cells(page))) >= 3
    assert directives(page, "exercises") == [page.stem.partition("-")[0]]
    assert directives(page, "pair"), "leads to no pair"
    assert "](/figures/" in text or "plt." in text, "shows nothing"
    assert "## Exercises" in text and "## Where to read on" in text
    assert "manning.com/books/build-a-large-language-model-from-scratch" in text


@pytest.mark.parametrize("page", CHAPTERS, ids=name)
def test_a_chapter_is_ten_minutes(page):
    """At 100 to 200 words a minute, beside the code, which takes as long."""
    words = len(re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S).split())
    assert 500 <= words <= 2000, f"{words} words"


@pytest.mark.parametrize("page", CHAPTERS + NOTEBOOKS + CHINESE, ids=name)
def test_every_plot_is_said_in_words_too(page):
    """Who cannot see a plot reads its alt text, in the page's language."""
    for block in CELL.finditer(page.read_text("utf-8")):
        assert "plt.show()" not in block[1] or '{"image": {"alt": "' in block[1], block[1][:200]


@pytest.mark.parametrize("page", CHAPTERS + NOTEBOOKS + CHINESE, ids=name)
def test_code_fits_into_the_page(page):
    for line, source in cells(page):
        for number, text in enumerate(source.splitlines(), line + 1):
            assert len(text) <= 92, f"line {number} has {len(text)} columns: {text}"


@pytest.mark.parametrize("page", CHAPTERS, ids=name)
def test_pairs_are_files_of_both_packages(page):
    for pair in " ".join(directives(page, "pair")).split():
        for package in ("numpy_impl", "torch_impl"):
            assert (ROOT / package / f"{pair}.py").is_file(), pair


@pytest.mark.parametrize("page", CHINESE, ids=name)
def test_code_is_the_same_in_chinese(page):
    english = ROOT / "docs" / page.relative_to(ROOT / "docs/zh")
    assert [source for _, source in cells(page)] == [source for _, source in cells(english)]
