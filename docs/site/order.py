"""The order in which the book is read, which its previous and next buttons follow.

Within a folder it is the order in which the folder's index links to its pages; what the index
leaves out follows in the order in which it was made or, for files, by name.
"""
import posixpath

from docs.site.markdown import targets

__all__ = ["SECTIONS", "children"]

# the headings at the top of every page; a section that has no page is left out
SECTIONS = ["chapters/index", "pairs/index", "derivations/index", "from-gpt-2/index",
            "exercises/index", "guides", "reference/index", "results/index"]
ALSO_BELOW = {"chapters/index": ["notebooks"]}


def children(page: str, text: str, pages: list[str]) -> list[str]:
    """The pages below an index, in the reader's order.

    Parameters
    ----------
    page : str
        An index, such as "derivations/index", or "guides", which has the pages at the top.
    text : str
        Its text, with the book's links.
    pages : list of str
        All pages, generated ones in the order in which they were made.
    """
    folder = posixpath.dirname(page)
    folders = [f"{name}/" for name in (folder, *ALSO_BELOW.get(page, []))]
    below = {other for other in pages if other.startswith(tuple(folders))} - {page}
    if page == "guides":
        below = {other for other in pages if "/" not in other} - {"index", *SECTIONS}
    indexes = {other.removesuffix("index") for other in below if other.endswith("/index")}
    below = {other for other in below  # what has an index of its own is below that one
             if not any(other.startswith(index) and other != f"{index}index" for index in indexes)}
    linked_to = [target.partition("#")[0] for target in targets(text)]
    order = [posixpath.normpath(posixpath.join(folder, target.removesuffix(".md")))
             for target in linked_to if target.endswith(".md")]
    linked = [other for other in dict.fromkeys(order) if other in below]
    return linked + [other for other in pages if other in below and other not in linked]
