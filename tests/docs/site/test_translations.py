"""Every page of the book is in Chinese, and as young as the English one."""
import pytest

from docs.site.places import Place
from docs.site.translations import WAITING, accept, main, problems

from .small_book import small_book

PAGE = "docs/derivations/first.md"
CHINESE = "docs/zh/derivations/first.md"


def problem(place, page=PAGE):
    return problems(place).get(page, "")


def test_all_pages_are_in_chinese():
    found = problems(Place())
    missing = {page: what for page, what in found.items() if page not in WAITING}
    assert not missing, "\n".join(missing.values())
    needless = sorted(WAITING - set(found))
    assert not needless, f"these wait no longer, take them out of WAITING: {needless}"


def test_a_page_that_is_missing_is_named(tmp_path):
    assert problem(small_book(tmp_path), "docs/index.md") == "missing: docs/zh/index.md"


def test_an_older_page_is_named_until_it_is_accepted(tmp_path):
    place = small_book(tmp_path, **{PAGE: "# First\n", CHINESE: "# 第一页\n"})
    assert "its first line is not <!-- of: " in problem(place)
    accept(CHINESE, place)
    assert problem(place) == ""
    (place.root / PAGE).write_text("# First, changed\n", "utf-8")
    assert "is older than docs/derivations/first.md" in problem(place)
    accept(CHINESE, place)
    assert problem(place) == ""
    assert (place.root / CHINESE).read_text("utf-8").count("<!-- of:") == 1


@pytest.mark.parametrize(("ours", "theirs", "same"), [
    ("```python\nx = 1\n```", "```python\nx = 1\n```", True),
    ("```python\nx = 1\n```", "```python\nx = 2\n```", False),
    ("```python\nx = 1  # one\n```", "```python\nx = 1  # 一\n```", False),
    ("```{code-cell} ipython3\nx = 1\n```", "```{code-cell} ipython3\nx = 2\n```", False),
    ('```{code-cell} ipython3\n:mystnb: {"image": {"alt": "a curve"}}\n\nx = 1\n```',
     '```{code-cell} ipython3\n:mystnb: {"image": {"alt": "曲线"}}\n\nx = 1\n```', True),
    ("```{code-cell} ipython3\n:mystnb: {a: all}\n\nx = 1\n```",
     "```{code-cell} ipython3\n:mystnb: {a: 全部}\n\nx = 1\n```", True),
    ("```math\n\\text{all}\n```", "```math\n\\text{全部}\n```", True),
    ("```{note}\nWords.\n```", "```{note}\n文字。\n```", True),
    ("```text\nx\n```\n\n```text\ny\n```", "```text\nx\n```", False)])
def test_code_is_the_same_in_both(tmp_path, ours, theirs, same):
    place = small_book(tmp_path, **{PAGE: f"# First\n\n{ours}\n",
                                    CHINESE: f"# 第一页\n\n{theirs}\n"})
    accept(CHINESE, place)
    assert (problem(place) == "") is same


def test_a_chinese_page_without_an_english_one_is_named(tmp_path):
    place = small_book(tmp_path, **{"docs/zh/gone.md": "# 没有了\n"})
    assert "was the English page renamed or deleted?" in problem(place, "docs/zh/gone.md")


def test_the_list_is_printed(capsys):
    main(["--list"])
    assert capsys.readouterr().err == ""
