"""Where a page of the repository is in the book, and where its links lead there.

A page links to what stands beside it in the repository. In the book a link to a page stays one; to
a file that has a twin it leads to the pair's page; to another source file, to a page that shows
it. `repo:PATH`, counted from the root, may be written where a relative path would be awkward, and
`book:PAGE` for a page that only the book has, for it is made from the code.
"""
import os
import posixpath
from dataclasses import dataclass, field

from docs.site.markdown import in_prose
from docs.site.places import Place

__all__ = ["Links", "site_path"]

NOT_OURS = ("http://", "https://", "mailto:", "#", "/")


def site_path(path: str) -> str | None:
    """The page of the book, without its ending, that a Markdown file of the repository becomes.

    "docs/derivations/README.md" -> "derivations/index"; None for what is no page.
    """
    stem, ending = posixpath.splitext(path)
    if ending != ".md":
        return None
    for folder, target in (("docs/zh/", ""), ("docs/", ""), ("benchmarks/results/", "results/")):
        if stem.startswith(folder):
            page = target + stem.removeprefix(folder)
            return posixpath.join(posixpath.dirname(page), "index") if (
                posixpath.basename(page) == "README") else page
    return None


@dataclass
class Links:
    """Rewrites the links of one edition, and remembers which source files they led to."""
    place: Place
    pages: set[str]
    shown: set[str] = field(default_factory=set)
    images: dict[str, str] = field(default_factory=dict)

    def rewrite(self, text: str, origin: str, page: str) -> str:
        """The page's text with links for the book.

        Parameters
        ----------
        text : str
            The Markdown text.
        origin : str
            The file's path in the repository, such as "docs/zh/export.md".
        page : str
            The page's place in the book, such as "export".
        """
        return in_prose(text, lambda target: self.target(target, origin, page))

    def target(self, target: str, origin: str, page: str) -> str:
        if target.startswith(NOT_OURS):
            return target
        path, mark, anchor = target.partition("#")
        if path.startswith("book:"):
            return relative(f"{path.removeprefix('book:')}.md", page) + mark + anchor
        if path.startswith("repo:"):
            path = path.removeprefix("repo:")
        else:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path))
        found = self.place_of(path)
        return target if found is None else relative(found, page) + mark + anchor

    def place_of(self, path: str) -> str | None:
        """The file of the book for one of the repository; None if the repository has no such."""
        there = self.place.root / path
        if there.suffix in (".png", ".svg", ".jpg", ".gif"):
            if not there.is_file():
                return None
            self.images[path] = f"images/{there.name}"
            return self.images[path]
        page = site_path(path)
        if page and page not in self.pages and f"{page}/index" in self.pages:
            page = f"{page}/index"
        if page and page in self.pages:
            return f"{page}.md"
        if there.is_dir() and site_path(f"{path}/README.md") in self.pages:
            return f"{site_path(f'{path}/README.md')}.md"
        package, _, name = path.removesuffix(".py").partition("/")
        if package in ("numpy_impl", "torch_impl") and f"pairs/{name}" in self.pages:
            return f"pairs/{name}.md"
        if there.is_file() or there.is_dir():
            self.shown.add(path)
            return f"source/{path}.md"
        return None


def relative(target: str, page: str) -> str:
    return os.path.relpath(target, posixpath.dirname(page) or ".").replace(os.sep, "/")
