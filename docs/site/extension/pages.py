"""What every page gets: its own address in the other language, and the tongue it is written in."""
__all__ = ["setup"]


def other_language(app, page, template, context, doctree) -> None:
    """The two editions have the same pages at the same paths, so the switch needs no list."""
    up = context["pathto"]("", 1)
    context["book_switch"] = f"{up}../{context['book_other']}/{page}.html"


def setup(app):
    app.connect("html-page-context", other_language)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
