"""The two implementations as columns that stay beside each other, with links from names to their
definitions and from lines to their algebra."""
import re
from html import escape
from itertools import groupby

from .algebra import Link
from .facing import PACKAGES, Facing, facing
from .linked_code import lines_of
from .names import anchor
from .runs.running import ran
from .words import say

__all__ = ["columns"]

OPEN = ("forward", "backward")
SHORT = 3        # lines of a docstring that need no folding


def columns(name: str, language: str, marks: list[Link]) -> str:
    """HTML of a pair; marks lead to the rows of the table of algebra."""
    codes = [lines_of(package, name) for package in PACKAGES]
    numbers: dict[int, list[int]] = {}
    for n, mark in enumerate(marks, 1):
        numbers.setdefault(mark.line, []).append(n)
    told = lines_that_ran(name)
    html = [f'<div class="tf-pair" data-side="numpy">{tabs(name, language)}']
    for of, group in groupby(facing(name), key=lambda part: part.of):
        if name.startswith("models/") and of.endswith(".__init__"):
            group = list(group)      # a model is its composition
            told = told | {left for part in group for left, _, _ in part.rows}
        html.append(fold(of, list(group), codes, numbers, marks, told, language))
    return "\n".join([*html, "</div>"])


def lines_that_ran(name: str) -> set[int]:
    """What the section with numbers tells of is not folded away."""
    found = ran(name)
    return {step.line for step in [*found.forward, *found.backward]} if found else set()


def tabs(name: str, language: str) -> str:
    """The headings of the columns; on a phone, where one column fits, they choose it."""
    buttons = "".join(
        f'<button type="button" data-side="{side}" aria-pressed="{str(chosen).lower()}">'
        f'<code>{package}/{name}.py</code> <span>{say(side, language)}</span></button>'
        for side, package, chosen in (("numpy", PACKAGES[0], True), ("torch", PACKAGES[1], False)))
    return f'<div class="tf-tabs">{buttons}</div>'


def fold(of: str, parts: list[Facing], codes, numbers, marks, told, language: str) -> str:
    """One function, or class, or the imports, to be opened and closed."""
    kinds = [part.kind for part in parts if part.kind != "docstring"]
    kind = kinds[0] if kinds else "docstring"
    is_class = kind == "rest" and any(
        part.kind == "docstring" for part in parts) and of[:1].isupper() and "." not in of
    inside = "".join(docstring(part, codes, language, is_class) if part.kind == "docstring"
                     else rows(part, codes, numbers, marks, language) for part in parts)
    lines = {left for part in parts for left, _, _ in part.rows}
    opened = " open" if kind in OPEN or is_class or lines & set(numbers) or lines & told else ""
    title = f"<code>{escape(of)}</code>" if of else say("names", language)
    ident = f' id="{anchor(of)}"' if of else ""
    return (f'<details class="tf-fold tf-{kind}"{ident}{opened}><summary>{title}'
            f'<span class="tf-kind">{say(kind, language) if kind in OPEN else ""}</span>'
            f'</summary>{inside}</details>')


def docstring(part: Facing, codes, language: str, opened: bool) -> str:
    if len(part.rows) <= SHORT:
        return rows(part, codes, {}, [], language)
    return (f'<details class="tf-doc"{" open" * opened}><summary>{say("docstring", language)}'
            f'</summary>{rows(part, codes, {}, [], language)}</details>')


def rows(part: Facing, codes, numbers, marks, language: str) -> str:
    """The lines of both files; where one is silent, it says why."""
    left, right = part.sides()
    if left and not right and part.kind == "backward":
        return (f'<div class="tf-rows highlight">{side(0, part, codes, numbers)}'
                f'{beside(part, numbers, marks, language)}</div>')
    return (f'<div class="tf-rows highlight">{side(0, part, codes, numbers)}'
            f'{side(1, part, codes, numbers)}</div>')


def beside(part: Facing, numbers, marks: list[Link], language: str) -> str:
    """Where the twin leaves a backward to autograd, its algebra stands beside the code."""
    html = []
    for left, _, _ in part.rows:
        found = numbers.get(left, ())
        html.append(f'<b><a class="tf-eq" href="#line-{found[0]}">({found[0]})</a>'
                    f'<span class="tf-tex">{escape(plain_tex(marks[found[0] - 1]))}</span></b>'
                    if found else "<i></i>")
    if not any(numbers.get(left) for left, _, _ in part.rows):
        note = say("by autograd", language) if len(part.rows) > SHORT else ""
        return f'<div class="tf-side tf-torch"><p class="tf-silent">{note}</p></div>'
    return f'<div class="tf-side tf-torch tf-beside">{"".join(html)}</div>'


def plain_tex(mark: Link) -> str:
    """A formula in one line of a row's height."""
    tex = re.sub(r"\\underbrace\{(.*?)\}_\{\\text\{.*?\}\}", r"\1", " ".join(mark.shown.split()))
    return re.sub(r"\\Big|\\big", "", tex).rstrip(".,")


def side(which: int, part: Facing, codes, numbers) -> str:
    """One column: its lines, and gaps where only the other side has one."""
    html = []
    for row in part.rows:
        line = row[which]
        if line is None:
            html.append("<i></i>")
            continue
        alike = row[2]
        kind = "same" if not codes[which][line] else "only" if not alike else (
            "same" if plain(codes[0][row[0]]) == plain(codes[1][row[1]]) else "near")
        found = numbers.get(row[0], ()) if row[0] is not None and (which == 0 or alike) else ()
        marks = "".join(f'<a class="tf-eq" href="#line-{n}">∂{n}</a>' for n in found[:1])
        ident = "".join(f' id="code-{n}"' for n in found[:1]) if which == 0 else ""
        html.append(f'<b class="{kind}" data-n="{line + 1}"{ident}>{marks}'
                    f'{codes[which][line]}\n</b>')
    package = ("numpy", "torch")[which]
    return f'<pre class="tf-side tf-{package}">{"".join(html)}</pre>'


def plain(html: str) -> str:
    """To compare two lines: without links, which lead to different places."""
    return html.replace("keepdims", "keepdim").partition('<span class="c1">')[0].split("</a>")[0] \
        if "<a" not in html else html
