"""Sphinx's part in the mathematics: collect the formulas, ask for them all, put them in place."""
from docutils import nodes
from sphinx.util import logging

from docs.site.extension.mathematics import Formulas

__all__ = ["setup"]

log = logging.getLogger(__name__)


def formulas_of(app) -> Formulas:
    return app.config.book_formulas


def collect(app, doctree) -> None:
    for node in doctree.findall(nodes.math):
        formulas_of(app).expect(node.astext(), False)
    for node in doctree.findall(nodes.math_block):
        formulas_of(app).expect(node.astext(), True)


def rendered(translator, node, display: bool) -> str:
    formulas = translator.builder.config.book_formulas
    try:
        return formulas.html(node.astext(), display)
    except ValueError as error:
        log.warning("%s", error, location=node)
        return f"<code>{translator.encode(node.astext())}</code>"


def visit_inline(translator, node) -> None:
    translator.body.append(f'<span class="math">{rendered(translator, node, False)}</span>')
    raise nodes.SkipNode


def visit_block(translator, node) -> None:
    anchor = "".join(f' id="{each}"' for each in node.get("ids", [])[:1])
    number = f'<span class="eqno">({node["number"]})</span>' if node.get("number") else ""
    translator.body.append(f'<div class="math"{anchor}>{number}'
                           f'{rendered(translator, node, True)}</div>\n')
    raise nodes.SkipNode


def looks(app, page, template, context, doctree) -> None:
    """Only a page that shows formulas loads the style sheet for them."""
    if 'class="katex' in context.get("body", ""):
        app.add_css_file("katex/katex.min.css")


def setup(app):
    app.add_config_value("book_formulas", None, "", [Formulas])
    app.add_html_math_renderer("prerendered", (visit_inline, None), (visit_block, None))
    app.connect("doctree-read", collect)
    app.connect("html-page-context", looks)
    app.connect("build-finished", lambda app, error: formulas_of(app).save())
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
