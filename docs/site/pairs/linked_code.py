"""A file's lines as HTML: coloured, and every known name a link to its definition."""
import ast
import functools
from html import escape

from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES, Token

from .facing import source
from .names import anchor, defined, local_names, places, source_file
from .order import ordered

__all__ = ["lines_of"]


@functools.cache
def lines_of(package: str, name: str) -> list[str]:
    """The file's lines as HTML, coloured, every known name a link to its definition."""
    text = source(package, name)
    known, hidden = places(package, name), local_names(ast.parse(text))
    html: list[str] = [""]
    before = ""
    for _, kind, value in PythonLexer(stripnl=False).get_tokens_unprocessed(text):
        for n, piece in enumerate(value.split("\n")):
            if n:
                html.append("")
            if not piece:
                continue
            key = f".{piece}" if before.endswith(("self.", "cls.")) else piece
            target = None
            attribute = before.endswith(".") and key == piece
            if kind in Token.Name and not attribute and key not in hidden.get(len(html), ()):
                target = href(known.get(key), name)
            html[-1] += coloured(kind, piece, target)
        before = (before + value)[-5:]
    return html[:-1] if html[-1] == "" else html


def href(place: tuple[str, str] | None, here: str) -> str | None:
    """From a pair's page to a definition on another one, or below."""
    if place is None:
        return None
    pair, inner = place
    if pair not in ordered():
        path = source_file(pair)
        return f"../../source/{path}.html" if path else None
    fragment = f"#{anchor(inner)}" if inner in defined(pair) else ""
    return fragment or None if pair == here else f"../{pair}.html{fragment}"


def coloured(kind, piece: str, target: str | None) -> str:
    name = STANDARD_TYPES.get(kind, "")
    html = f'<span class="{name}">{escape(piece)}</span>' if name else escape(piece)
    return f'<a href="{target}">{html}</a>' if target else html
