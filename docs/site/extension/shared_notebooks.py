"""A notebook is run again where its code has changed, and not where its words have.

What is said about a plot stands in the options of a cell. jupyter-cache takes a notebook for
another one if an option differs, and puts the options of the first in place of its own. Here the
code alone decides, and options stay.

Both editions are built at once, and share what was run. They begin with the notebooks, one edition
with the first of them and the other with the last: so each is run once, by whoever comes to it.
"""
from functools import partialmethod

from jupyter_cache.cache.main import JupyterCacheBase

__all__ = ["notebooks_first", "setup"]

RUN = ("chapters/", "notebooks/")


def notebooks_first(app, env, docnames: list[str]) -> None:
    """The order in which this edition's pages are read."""
    notebooks = sorted((name for name in docnames if name.startswith(RUN)),
                       reverse=app.config.language.startswith("zh"))
    docnames[:] = [*notebooks, *(name for name in docnames if not name.startswith(RUN))]


def setup(app):
    JupyterCacheBase.create_hashed_notebook = partialmethod(
        JupyterCacheBase.create_hashed_notebook, cell_metadata=("tags",))
    JupyterCacheBase.merge_match_into_notebook = partialmethod(
        JupyterCacheBase.merge_match_into_notebook, cell_meta=())
    app.connect("env-before-read-docs", notebooks_first)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
