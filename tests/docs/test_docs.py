"""The docs say what is so: their code runs, their quotes and names are in the source.

    ```python   is run, top to bottom, one namespace for each file
    ```text     right below it is what it prints, exactly
    ```py       is a quotation: its lines follow one another in a file that the page links to;
                a line ... marks a gap

The code of a page in docs/zh is that of its English page, which another test holds, and so is
run once; all else is asked of it too.
"""
import ast
import builtins
import io
import re
import tokenize
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("README*.md")])
CHINESE = ROOT / "docs/zh"
RUN = [page for page in PAGES if CHINESE not in page.parents]
DERIVATIONS = sorted(ROOT.glob("docs/derivations/[a-z]*.md"))

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
INDENTED = re.compile(r"(?<=\n\n)(?: {4}.*\n)+")
ANCHOR = re.compile(r"\]\(([^)#\s]*)#([^)\s]+)\)")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
MATH = re.compile(r"(?<![\\$`\w])\$(?![\s$])([^$\n]+?)(?<!\s)\$(?![\w$`])")
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LEGEND = set("BTSDHGKFVENRL")  # sizes, which the source names in its comments
ELSEWHERE = {"dz", "numerical"}  # explained on the page itself


def name(path):
    return path.relative_to(ROOT).as_posix()


def prose(text):
    return BLOCK.sub("", text)


def linked_sources(page, text):
    paths = [(page.parent / target).resolve() for target in LINK.findall(text)]
    return [path for path in paths if path.suffix == ".py" and path.is_file()]


def identifiers(source):
    """The names in a source, and those in strings that are no sentences."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    words = {token.string for token in tokens if " " not in token.string}
    return {part for word in words for part in re.findall(r"[A-Za-z_]\w*", word)}


def run_blocks(text, label):
    """Run the python blocks of a page; each must print the text block below it."""
    namespace = {"__name__": "__main__"}
    last = None
    for block in BLOCK.finditer(text):
        language, content = block.groups()
        if language == "python":
            line = text[:block.start()].count("\n") + 1
            with redirect_stdout(io.StringIO()) as out, np.printoptions():
                exec(compile("\n" * line + content, label, "exec"), namespace)
            last = block.end(), out.getvalue()
        elif language == "text" and last and not text[last[0]:block.start()].strip():
            assert last[1] == content, f"{label}: the block printed\n{last[1]}"
            last = None


@pytest.mark.parametrize("page", RUN, ids=name)
def test_the_code_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_blocks(page.read_text("utf-8"), name(page))


def test_wrong_output_is_noticed():
    run_blocks("```python\nprint(1 + 1)\n```\n\n```text\n2\n```\n", "page")
    with pytest.raises(AssertionError, match="the block printed"):
        run_blocks("```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n", "page")


def stands_in(quotation, source):
    """Whether the lines follow one another in the source; a line "..." marks a gap, blank lines
    and indentation do not count."""
    lines, at = [line.strip() for line in source.splitlines() if line.strip()], 0
    for part in re.split(r"^\s*\.\.\.\s*$", quotation, flags=re.M):
        wanted = [line.strip() for line in part.splitlines() if line.strip()]
        starts = [n for n in range(at, len(lines)) if lines[n:n + len(wanted)] == wanted]
        if not starts:
            return False
        at = starts[0] + len(wanted)
    return True


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_quotations_are_exact(page):
    text = page.read_text("utf-8")
    sources = [path.read_text("utf-8") for path in linked_sources(page, text)]
    for language, content in BLOCK.findall(text):
        if language == "py":
            assert any(stands_in(content, source) for source in sources), (
                f"not so in the source (a gap is marked by a line ...):\n{content}")


def test_a_gap_in_a_quotation_is_noticed():
    source = "def f(x):\n    a = x\n\n    b = a\n    return b\n"
    assert stands_in("a = x\nb = a\n", source)
    assert stands_in("a = x\n...\nreturn b\n", source)
    assert not stands_in("a = x\nreturn b\n", source)
    assert not stands_in("return b\n...\na = x\n", source)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_and_paths_exist(page):
    text = prose(page.read_text("utf-8"))
    for target in LINK.findall(text):
        made = target.startswith("/figures/")  # by docs/site, when the book is built
        assert made or ":" in target or (page.parent / target).exists(), f"leads nowhere: {target}"
    for code in CODE.findall(text):
        if re.fullmatch(r"(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|toml|yaml)", code):
            places = [ROOT, page.parent, *(path.parent for path in linked_sources(page, text))]
            assert any((place / code).exists() for place in places), f"no such file: {code}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_anchors_are_headings(page):
    """As the book makes them, and GitHub: a heading in Chinese has an anchor in Chinese."""
    from mdit_py_plugins.anchors.index import slugify

    for target, anchor in ANCHOR.findall(prose(page.read_text("utf-8"))):
        there = page.parent / target if target else page
        if ":" not in target and there.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", prose(there.read_text("utf-8")), re.M)
            assert anchor in map(slugify, headings), f"no heading: {target}#{anchor}"


@pytest.mark.parametrize("page", [
    *DERIVATIONS, *sorted(CHINESE.glob("derivations/[a-z]*.md"))], ids=name)
def test_names_are_those_of_the_code(page):
    """Whatever stands in backticks and is Python uses names that the linked files use."""
    text = page.read_text("utf-8")
    known = LEGEND | ELSEWHERE | set(dir(builtins)) | {"torch", "nn", "utils", "clip_grad_norm_"}
    for path in linked_sources(page, text):
        known |= identifiers(path.read_text("utf-8"))
    for code in CODE.findall(prose(text)):
        try:
            tree = ast.parse(code)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            word = getattr(node, "id", getattr(node, "attr", None))
            if isinstance(word, str) and "/" not in code and not code.endswith(".py"):
                assert word in known, f"`{code}`: no {word} in the linked files"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_markdown_leaves_formulas_alone(page):
    r"""Markdown reads _ and * as emphasis and \, as a comma; a formula must survive that."""
    text = page.read_text("utf-8")
    seen = "\n".join("".join(child.content or "\n" for child in token.children)
                     for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text)
                     if token.type == "inline")
    without_code = CODE.sub("", INDENTED.sub("", prose(text)))
    formulas = MATH.findall(without_code)
    for formula in formulas:
        assert f"${formula}$" in seen, f"Markdown changes ${formula}$"
    assert without_code.count("$") == 2 * len(formulas), "a $ without its partner on the line"


def test_every_derivation_is_in_the_index():
    index = (ROOT / "docs/derivations/README.md").read_text("utf-8")
    assert {f"({path.name})" for path in DERIVATIONS} <= set(re.findall(r"\(\w+\.md\)", index))
    assert DERIVATIONS
