"""The page that shows both packages side by side shows all of them, and nothing else."""
import re
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest

from docs.side_by_side import align, explanations, main, mirrored_pairs, page

ROOT = Path(__file__).parents[2]
PAIRS = sorted(path.relative_to(ROOT / "numpy_impl").as_posix()
               for path in (ROOT / "numpy_impl").rglob("*.py") if path.name != "__init__.py"
               and (ROOT / "torch_impl" / path.relative_to(ROOT / "numpy_impl")).exists())


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    target = tmp_path_factory.mktemp("docs") / "page.html"
    assert main([str(target)]) == 0
    return target.read_text("utf-8")


def section(html, name):
    return re.search(f'<details id="{re.escape(name)}".*?</details>', html, re.S)[0]


def test_every_pair_appears_once_and_is_in_the_index(html):
    assert sorted(re.findall(r'<details id="([^"]+)"', html)) == PAIRS
    assert sorted(name for names in mirrored_pairs().values() for name in names) == PAIRS
    for name in PAIRS:
        assert f'href="#{name}"' in html and f'href="#{name.partition("/")[0]}"' in html


def test_every_line_of_both_sides_is_there_unchanged(html):
    for name in PAIRS:
        columns = re.findall(r"<pre>(.*?)</pre>", section(html, name), re.S)
        for package, column in zip(("numpy_impl", "torch_impl"), columns, strict=True):
            shown = unescape(re.sub(r"<[^>]*>", "", column))
            assert shown.splitlines() == (ROOT / package / name).read_text("utf-8").splitlines()


def test_both_columns_have_the_same_rows(html):
    for name in PAIRS:
        left, right = re.findall(r"<pre>(.*?)</pre>", section(html, name), re.S)
        rows = [len(re.findall(r"<b class=|<i></i>", column)) for column in (left, right)]
        assert rows[0] == rows[1] and f"--rows:{rows[0]}" in section(html, name)


def test_the_same_step_stands_on_the_same_row():
    left = ["import numpy as np", "", "y = np.exp(x)  # (N,)",
            "def backward(dy):", "    return dy", "return y, cache"]
    right = ["import torch", "",
             "if fused():", "    return lib(x)", "y = torch.exp(x)", "return y"]
    rows = align(left, right)
    assert (2, 4, True) in rows  # but for the library's name
    assert (5, 5, True) in rows  # the beginning of the other
    assert not any(alike for i, j, alike in rows if i in (3, 4) or j in (2, 3))
    for side, lines in ((0, left), (1, right)):
        assert [row[side] for row in rows if row[side] is not None] == list(range(len(lines)))


def test_rows_keep_the_order_of_both_files():
    for name in PAIRS:
        files = [(ROOT / package / name).read_text("utf-8").splitlines()
                 for package in ("numpy_impl", "torch_impl")]
        rows = align(*files)
        for side in (0, 1):
            numbers = [row[side] for row in rows if row[side] is not None]
            assert len(numbers) == len(files[side])
            assert all(one < other for one, other in pairwise(numbers))


def test_every_page_on_code_is_linked_and_found(tmp_path):
    html = page(tmp_path)
    linked = set()
    for target in re.findall(r'href="([^"#]+)"', html):
        path = Path(target.removeprefix("file://")) if "://" in target else tmp_path / target
        assert path.resolve().is_file(), f"leads nowhere: {target}"
        linked.add(path.resolve())
    written_once = {ROOT / "docs" / "derivations" / "schedule.md"}   # no pair to stand beside
    assert linked == {path for folder in ("derivations", "from-gpt-2")
                      for path in (ROOT / "docs" / folder).glob("[a-z]*.md")} - written_once
    assert "layers/norm.py" in explanations() and "models/qwen3.py" in explanations()


def test_it_needs_no_network(html):
    assert not re.search(r"<link|src=|url\(|@import|https?://", re.sub(r"<pre>.*?</pre>", "", html,
                                                                       flags=re.S))


def test_wrong_arguments_show_how_it_is_used(capsys):
    assert main([]) == 2
    assert "python -m docs.side_by_side OUT.html" in capsys.readouterr().err
