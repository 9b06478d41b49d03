"""What a page may say beyond Markdown.

    ```{exercises} 03            cards of the exercises of chapter 3; or of a pair: layers/norm
    ```{widget} softmax          an interactive figure: docs/_static/widgets/softmax.js
    ```{pair} layers/norm        a card that leads to the pair's page; of several, one each

A widget's script is loaded once by a page that has it, after the page was read. It draws into
every <figure class="widget" data-widget="softmax" data-language="en">, whose text until then (and
without scripts) is the directive's content.
"""
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

from docs.site.words import words
from twinformer.exercises.catalog import catalog

__all__ = ["setup"]

WIDGETS = Path(__file__).parents[2] / "_static" / "widgets"


class Booklike(Directive):
    required_arguments = 1

    @property
    def env(self):
        return self.state.document.settings.env

    @property
    def language(self) -> str:
        return self.env.config.book_language

    def link(self, page: str) -> str:
        """The address of a page of the book from this one."""
        if page not in self.env.found_docs:
            raise self.error(f"expected the name of a page of the book, got {page!r}")
        return escape(self.env.app.builder.get_relative_uri(self.env.docname, page), quote=True)

    def raw(self, html: str) -> list[nodes.Node]:
        return [nodes.raw("", html, format="html")]


class Exercises(Booklike):
    """Cards of the exercises of a chapter or a pair."""

    def run(self):
        wanted, say = self.arguments[0], words(self.language)
        chosen = [each for each in catalog() if wanted in (each.chapter, each.pair)]
        cards = [f'<a class="card" href="{self.link(f"exercises/{each.name}")}">'
                 f'<strong>{escape(each.title[self.language])}</strong>'
                 f'<code>{escape(each.name)}</code>'
                 f'<small>{say[each.kind]} · {each.minutes} {say["minutes"]}</small></a>'
                 for each in chosen]
        return self.raw(f'<div class="cards">{"".join(cards)}</div>') if cards else []


class Widget(Booklike):
    """An interactive figure."""
    has_content = True

    def run(self):
        name = self.arguments[0]
        if not (WIDGETS / f"{name}.js").is_file():
            there = ", ".join(sorted(path.stem for path in WIDGETS.glob("*.js")))
            raise self.error(f"expected one of the widgets {there or '(none yet)'}, got {name!r}")
        self.env.metadata[self.env.docname].setdefault("widgets", []).append(name)
        figure = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, figure)
        return [*self.raw(f'<figure class="widget" data-widget="{escape(name)}" '
                          f'data-language="{self.language}">'),
                *figure.children, *self.raw("</figure>")]


class Pair(Booklike):
    """Cards that lead to pairs' pages, one for each name."""
    final_argument_whitespace = True

    def run(self):
        say = words(self.language)
        names = [name.removesuffix(".py") for name in self.arguments[0].split()]
        cards = [f'<a class="card" href="{self.link(f"pairs/{name}")}">'
                 f'<strong>{say["pair"]}</strong><code>numpy_impl/{escape(name)}.py</code>'
                 f'<code>torch_impl/{escape(name)}.py</code></a>' for name in names]
        return self.raw(f'<div class="cards">{"".join(cards)}</div>')


def scripts(app, page, template, context, doctree) -> None:
    for name in dict.fromkeys(app.env.metadata.get(page, {}).get("widgets", [])):
        app.add_js_file(f"widgets/{name}.js", loading_method="defer")


def setup(app):
    app.add_config_value("book_language", "en", "env")
    app.add_directive("exercises", Exercises)
    app.add_directive("widget", Widget)
    app.add_directive("pair", Pair)
    app.connect("html-page-context", scripts)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
