"""A derivation page as the book shows it: every formula that the code computes leads there."""
from html import escape

from .algebra import FENCE, Link, formulas, links_of_page, links_of_pair, squeezed
from .words import say

__all__ = ["marked"]


def marked(page: str, text: str, language: str) -> str:
    """The page's text with names for its formulas, and a line below each that the code has."""
    marks = [mark for mark in links_of_page(page) if mark.pair]
    here = formulas(text)
    additions: list[tuple[int, str]] = []
    displays = [fence for fence in FENCE.finditer(text) if fence[1] == "math"]
    for number, fence in enumerate(displays, 1):
        own = [mark for mark in marks if mark.formula.number == number]
        if own:
            additions.append((fence.start(), f'<div id="eq-{number}"></div>\n\n'))
            additions.append((fence.end(), f"\n\n{below(own, language)}"))
    for mark in marks:
        if mark.formula.number:
            continue
        found = next((f for f in here if not f.number
                      and squeezed(f.tex) == squeezed(mark.formula.tex)), None)
        if found:
            end = text.index("$", found.at + 1) + 1
            code = escape(mark.code, quote=True)
            additions.append((end, f' <a class="tf-eq" id="{mark.anchor()}" '
                              f'href="{address(mark)}" title="{code}">∂</a>'))
    for at, more in sorted(additions, key=lambda one: one[0], reverse=True):
        text = text[:at] + more + text[at:]
    return text


def address(mark: Link) -> str:
    """From the derivation to the line on its pair's page."""
    marks = links_of_pair(mark.pair or "")
    first = next(n for n, other in enumerate(marks, 1) if other.line == mark.line)
    return f"../pairs/{mark.pair}.html#code-{first}"


def below(marks: list[Link], language: str) -> str:
    """The lines that compute a display, each a link."""
    told: dict[str, str] = {}
    for mark in marks:
        told[mark.code] = f'<a href="{address(mark)}"><code>{escape(mark.code)}</code></a>'
    return (f"```{{raw}} html\n<p class=\"tf-back\">{say('in the code', language)} "
            f"{' '.join(told.values())}</p>\n```")
