"""What every page gets: the address of the same page in the other language."""
from docs.site.places import here

__all__ = ["setup"]

BY_SPHINX = ("search", "genindex")


def other_language(app, page, template, context, doctree) -> None:
    """The editions have the same pages at the same paths, but for source files that only one of
    them shows: from there the switch leads to the first page."""
    other = context["book_other"]
    there = page in BY_SPHINX or (here().source(other) / f"{page}.md").is_file()
    context["book_switch"] = (f"{context['pathto']('', 1)}../{other}/"
                              f"{page if there else 'index'}.html")


def setup(app):
    app.connect("html-page-context", other_language)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
