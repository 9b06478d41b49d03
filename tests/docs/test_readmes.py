"""A README in Chinese says all that its README.md says: section by section the same commands,
figures, links and files, and it leads to Chinese pages where there are some. Who edits one has
to edit the other; the message names what is missing where.
"""
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
QUOTED = re.compile(r'"[^"\n]*"')
SWITCH = re.compile(r"^\[(?:中文|English)\]\(\S+\)$", re.M)
HAN = "\u4e00-\u9fff"


def sections(name):
    """The parts of a page, by its headings; the first is what stands before them."""
    text = re.sub(r"\A<!--.*?-->\n", "", (ROOT / name).read_text("utf-8"))
    marks = [match.start() for match in re.finditer(r"^#+ ", BLOCK.sub(
        lambda block: " " * len(block[0]), text), re.M)]
    return [text[start:end] for start, end in zip(marks, [*marks[1:], None])]


NAMES = {"README.md": "README.zh-CN.md",
         "docs/from-gpt-2/README.md": "docs/zh/from-gpt-2/README.md"}
PAGES = {name: (sections(name), sections(other)) for name, other in NAMES.items()}
PAIRS = [pair for english, chinese in PAGES.values() for pair in zip(english, chinese)]
both = pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=[
    re.sub(r"\W+", "-", section.partition("\n")[0].strip("# ")) for section, _ in PAIRS])


def prose(text):
    return BLOCK.sub("", text)


def commands(text):
    """The commands of all blocks, but not what is said about them, nor examples in words."""
    return [QUOTED.sub('""', re.split(r"\s{2,}", line.strip())[0]).replace(
                "your.txt", "").replace("你的文本.txt", "")
            for _, content in BLOCK.findall(text) for line in content.splitlines()
            if re.match(r"\s*(twinformer|make|py) ", line)]


def figures(text):
    """Numbers with a point, and shares: what a measurement gave."""
    return sorted(re.findall(r"\d+\.\d+x?|\d+(?= ?%)", prose(text)))


def files(text):
    text = prose(text)
    codes = {code for code in re.findall(r"`([^`\n]+)`", text) if not re.search(f"[{HAN}]", code)}
    return codes - {'twinformer walk "to be"'}


def links(text):
    """Where they lead, but for those from one language to the other."""
    return {re.sub(r"^(?:\.\./)+|(?<=^docs/)zh/", "", target)
            for target in re.findall(r"\]\(([^)\s]+)\)", SWITCH.sub("", text))}


@pytest.mark.parametrize("pages", PAGES.values(), ids=PAGES)
def test_the_same_sections(pages):
    levels = [[section.split(" ")[0] for section in page] for page in pages]
    assert levels[0] == levels[1]


@both
def test_the_same_commands(english, chinese):
    assert commands(chinese) == commands(english)


@both
def test_the_same_figures(english, chinese):
    assert figures(chinese) == figures(english)


@both
def test_the_same_links_and_names(english, chinese):
    assert links(chinese) == links(english)
    assert files(chinese) == files(english)


@both
def test_what_is_printed_is_printed_alike(english, chinese):
    """Output and Python are not translated; comments and descriptions of commands are."""
    for (language, ours), (other, theirs) in zip(BLOCK.findall(english), BLOCK.findall(chinese),
                                                 strict=True):
        assert language == other
        if not re.search(f"[{HAN}]", theirs):
            assert ours == theirs


@both
def test_lists_and_tables_have_as_many_lines(english, chinese):
    for mark in (r"^\|", r"^\d\. ", r"^- "):
        assert (len(re.findall(mark, prose(english), re.M))
                == len(re.findall(mark, prose(chinese), re.M))), mark


CHINESE = ["README.zh-CN.md", *sorted(path.relative_to(ROOT).as_posix()
                                      for path in ROOT.glob("docs/zh/**/*.md"))]


@pytest.mark.parametrize("name", CHINESE)
def test_it_leads_to_pages_in_chinese(name):
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#\s]+\.md)", SWITCH.sub("", page.read_text("utf-8"))):
        path = (page.parent / target).resolve()
        if ROOT / "docs" in path.parents and ROOT / "docs/zh" not in path.parents:
            other = ROOT / "docs/zh" / path.relative_to(ROOT / "docs")
            assert not other.exists(), f"{target} is there in Chinese"


@pytest.mark.parametrize("name", CHINESE)
def test_chinese_marks(name):
    """No English comma, colon, full stop or bracket between Chinese characters."""
    page = (ROOT / name).read_text("utf-8")
    text = re.sub(r"\]\([^)\n]*\)", "]", re.sub(r"`[^`\n]*`", "`", prose(page)))
    found = re.findall(rf"[{HAN}][,;:?!(]|[,;?!)][{HAN}]|[{HAN}]\.(?:\s|$)", text)
    assert found == []
    assert re.findall(rf"[{HAN}][A-Za-z0-9`]|[A-Za-z0-9`][{HAN}]", re.sub(
        r"`[^`\n]*`", "` `", text)) == [], "a space parts Chinese from Latin letters"


@pytest.mark.parametrize("word", ["模块", "由浅入深", "单向依赖", "参考实现"])
def test_the_usual_words(word):
    assert word in (ROOT / "README.zh-CN.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_figures_come_from_the_pages_that_are_linked(name):
    """A row of a table that names a results page has no figure that the page has not."""
    rows = re.findall(r"^\|.*\]\((?:docs/zh/)?benchmarks/results/(\w+)\.md\) \|$",
                      (ROOT / name).read_text("utf-8"), re.M)
    lines = [line for line in (ROOT / name).read_text("utf-8").splitlines()
             if line.startswith("|") and "benchmarks/results/" in line]
    assert len(rows) == len(lines) >= 3
    for page, line in zip(rows, lines, strict=True):
        text = (ROOT / f"benchmarks/results/{page}.md").read_text("utf-8")
        for figure in re.findall(r"\d+\.\d+", line):
            assert figure in text, f"{figure} is not on {page}.md"
