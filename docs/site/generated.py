"""The pages that are made from the code, and the files beside them: who makes them.

A maker of pages takes a language and returns {page: Markdown}, the page's place in the book
without its ending: {"pairs/layers/norm": "# LayerNorm ..."}. Its links are the book's own
(relative, to pages), or `repo:PATH` for a file of the repository. A maker of files returns
{path: text} for what is copied as it is, such as {"figures/road.svg": "<svg ..."}.
"""
from collections.abc import Callable

from docs.site import exercise_pages, reference
from docs.site.figures.registry import figure_files
from docs.site.pairs import pair_pages
from docs.site.reference import api, commands, settings

__all__ = ["FILES", "PAGES"]

PAGES: list[Callable[[str], dict[str, str]]] = [
    pair_pages, exercise_pages.pages, reference.pages, api.pages, commands.pages,
    settings.pages]
FILES: list[Callable[[str], dict[str, str]]] = [figure_files]
