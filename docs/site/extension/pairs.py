"""What the pairs bring to the book: drawings that take the page's colours, looks, and the way from
a formula of a derivation to the line of code that computes it."""
import re
from html import escape, unescape
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

__all__ = ["setup"]

log = logging.getLogger(__name__)
TEX = re.compile(r'<span class="tf-tex">(.*?)</span>', re.S)


def formulas_to_code(app, page: str, source: list[str]) -> None:
    """A derivation's formulas get their names, and links to the code."""
    if page.startswith("derivations/"):
        from docs.site.pairs.algebra import TABLE
        from docs.site.pairs.marking import marked

        source[0] = marked(page.removeprefix("derivations/"), source[0],
                           app.config.book_language)
        app.env.note_dependency(str(TABLE))


def inline(app, doctree) -> None:
    """Each image of the figures' folder becomes its SVG, with the page's text as its name."""
    for node in list(doctree.findall(nodes.image)):
        uri = node["uri"].lstrip("/")
        if not (uri.startswith("figures/") and uri.endswith(".svg")):
            continue
        path = Path(app.srcdir) / uri
        if not path.is_file():
            there = ", ".join(sorted(each.stem for each in path.parent.glob("*.svg")))
            log.warning("no figure is called %s: docs/site/figures/registry.py has %s", path.stem,
                        there or "none", location=node)
            continue
        svg = path.read_text("utf-8")
        app.env.note_dependency(str(path))
        if name := escape(node.get("alt", ""), quote=True):
            begin = svg.index('aria-label="') + len('aria-label="')
            svg = svg[:begin] + name + svg[svg.index('"', begin):]
        html = f'<div class="tf-scroll tf-figure" tabindex="0">{svg}</div>'
        place = node.parent if isinstance(node.parent, nodes.paragraph) else node
        place.replace_self(nodes.raw("", html, format="html"))


def expect(app, doctree) -> None:
    """Formulas that stand beside code: say that they will be asked for."""
    for node in doctree.findall(nodes.raw):
        for tex in TEX.findall(node.astext()):
            app.config.book_formulas.expect(unescape(tex), False)


def typeset(app, doctree, page: str) -> None:
    for node in list(doctree.findall(nodes.raw)):
        text = node.astext()
        if TEX.search(text):
            text = TEX.sub(lambda tex: '<span class="math">' + app.config.book_formulas.html(
                unescape(tex[1]), False) + "</span>", text)
            node.replace_self(nodes.raw("", text, format="html"))


def looks(app, page, template, context, doctree) -> None:
    app.add_css_file("pairs.css")
    if page.startswith("pairs/"):
        app.add_js_file("pairs.js", loading_method="defer")
    if app.env.metadata.get(page, {}).get("widgets"):
        app.add_js_file("widget.js", loading_method="defer", priority=400)   # before each of them


def setup(app):
    app.connect("source-read", formulas_to_code)
    app.connect("doctree-read", inline, priority=100)
    app.connect("doctree-read", expect)
    app.connect("doctree-resolved", typeset)
    app.connect("html-page-context", looks)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
