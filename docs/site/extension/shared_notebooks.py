"""A notebook is run again where its code has changed, and not where its words have.

What is said about a plot stands in the options of a cell. jupyter-cache takes a notebook for
another one if an option differs, and puts the options of the first in place of its own. Here the
code alone decides, and options stay.
"""
from functools import partialmethod

from jupyter_cache.cache.main import JupyterCacheBase

__all__ = ["setup"]


def setup(app):
    JupyterCacheBase.create_hashed_notebook = partialmethod(
        JupyterCacheBase.create_hashed_notebook, cell_metadata=("tags",))
    JupyterCacheBase.merge_match_into_notebook = partialmethod(
        JupyterCacheBase.merge_match_into_notebook, cell_meta=())
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
