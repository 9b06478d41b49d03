"""Lines of code and lines of algebra, each with a way to the other.

algebra.txt names them; here they are found in the files and the pages, so that neither needs a
mark of its own.
"""
import functools
import re
from dataclasses import dataclass
from pathlib import Path

from .facing import ROOT
from .sections import sections

__all__ = ["TABLE", "Formula", "Link", "derivation_files", "formulas", "links", "links_of_page",
           "links_of_pair"]

TABLE = Path(__file__).with_name("algebra.txt")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
INLINE = re.compile(r"(?<![\\$`\w])\$(?![\s$])([^$]+?)(?<!\s)\$(?![\w$`])")
SOURCE = re.compile(r"\(\.\./\.\./((?:numpy_impl|twinformer)/[\w/]+\.py)\)")


@dataclass(frozen=True)
class Formula:
    """One formula of a page: a part of a display between two \\qquad, or one within a line.

    at : where it begins in the page's text
    block : where the display, or the paragraph around it, begins
    number : of the display, counted from 1; 0 for one within a line
    """

    tex: str
    at: int
    block: int
    number: int


@dataclass(frozen=True)
class Link:
    """A formula of a page, and the line of the reference that computes it.

    pair : "layers/norm", or None where the file is no pair
    line : 0-based
    of : the function that it stands in
    shown : the formula, or of a long one the part that this line computes
    """

    page: str
    formula: Formula
    file: str
    pair: str | None
    line: int
    code: str
    of: str
    key: str
    shown: str

    def anchor(self) -> str:
        """The id of the formula on its own page."""
        return f"eq-{self.formula.number}" if self.formula.number else f"eq-{self.key}"


def page_path(page: str, language: str = "en") -> Path:
    folder = ROOT / "docs" if language == "en" else ROOT / "docs" / language
    return folder / "derivations" / f"{page}.md"


def formulas(text: str) -> list[Formula]:
    """All formulas of a page, in their order."""
    found, number = [], 0
    blank = list(text)
    for fence in FENCE.finditer(text):
        blank[fence.start():fence.end()] = " " * (fence.end() - fence.start())
        if fence[1] == "math":
            number += 1
            at = fence.start(2)
            for piece in re.split(r"(?:\\qquad\s*)+", fence[2]):
                tex = piece.strip()
                if tex and tex not in (r"\Rightarrow", r"\text{or}", r"\longrightarrow"):
                    found.append(Formula(tex, text.index(tex, at), fence.start(), number))
    for match in INLINE.finditer(re.sub(r"`[^`\n]+`", lambda m: " " * len(m[0]), "".join(blank))):
        start = text.rfind("\n\n", 0, match.start()) + 2
        found.append(Formula(match[1], match.start(), start, 0))
    return sorted(found, key=lambda formula: formula.at)


def squeezed(text: str) -> str:
    return " ".join(text.split())


@functools.cache
def derivation_files(page: str) -> list[str]:
    """The files that a page names at its top: "numpy_impl/layers/norm.py"."""
    head = page_path(page).read_text("utf-8").split("\n## ", 1)[0]
    return list(dict.fromkeys(SOURCE.findall(head)))


@functools.cache
def links() -> list[Link]:
    """All of algebra.txt.

    Raises
    ------
    ValueError
        If a formula or a line of code is not there, or is there twice.
    """
    found, page, count = [], "", 0
    for row in TABLE.read_text("utf-8").splitlines():
        if not row.strip() or row.startswith("#"):
            continue
        if row.startswith("["):
            page, count = row.strip("[]"), 0
            continue
        count += 1
        snippet, _, code = row.partition("  <=  ")
        found.append(link(page, snippet.strip(), code.strip(), count))
    return found


def link(page: str, snippet: str, code: str, count: int) -> Link:
    formula = the_formula(page, page_path(page).read_text("utf-8"), snippet)
    file, line, of = the_line(page, code)
    package, _, rest = file.partition("/")
    pair = rest.removesuffix(".py") if package == "numpy_impl" and (
        ROOT / "torch_impl" / rest).is_file() else None
    part = re.search(r"\\underbrace\{((?:[^{}]|\{[^{}]*\})*)\}_\{" + re.escape(snippet) + r"\}",
                     formula.tex)
    return Link(page, formula, file, pair, line, code_of(code), of, f"{page}-{count}",
                part[1] if part else formula.tex)


def the_formula(page: str, text: str, snippet: str) -> Formula:
    """The first formula that has the snippet; an exact one before others."""
    first = snippet.split(r" \qquad ")[0]
    wanted = squeezed(first)
    having = [formula for formula in formulas(text) if wanted in squeezed(formula.tex)]
    exact = [formula for formula in having if squeezed(formula.tex) == wanted]
    if not having:
        raise ValueError(f"algebra.txt: docs/derivations/{page}.md has no formula with {snippet}; "
                         "was it written anew? Then change the table as well")
    return (exact or [f for f in having if f.number] or having)[0]


def code_of(code: str) -> str:
    return re.sub(r"^[\w.]+: (?=\S)", "", code) if re.match(r"^[\w.]+: [^=]*=|^[\w.]+: return",
                                                            code) else code


def the_line(page: str, code: str) -> tuple[str, int, str]:
    """Where a line of code stands: file, line, function."""
    wanted = code_of(code)
    place = code.removesuffix(wanted).rstrip(": ")
    hits = []
    for file in derivation_files(page):
        source = (ROOT / file).read_text("utf-8")
        for n, line in enumerate(source.splitlines()):
            if squeezed(re.sub(r"\s+#.*$", "", line)) == squeezed(wanted):
                of = next(s.of for s in sections(source) if s.start <= n < s.stop)
                if not place or place == Path(file).name or place in (of, of.split(".")[-1]):
                    hits.append((file, n, of))
    if not hits:
        raise ValueError(f"algebra.txt, [{page}]: no line {code!r} in "
                         f"{', '.join(derivation_files(page)) or 'any file'}; was it changed?")
    return hits[0]


def links_of_pair(pair: str) -> list[Link]:
    """By the lines of the reference's file."""
    return sorted((one for one in links() if one.pair == pair), key=lambda one: one.line)


def links_of_page(page: str) -> list[Link]:
    return [one for one in links() if one.page == page]
