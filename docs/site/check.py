"""Look through the built pages: links, anchors, pictures without words, what would be fetched.

    python -m docs.site.check

What is wrong is printed, one line each; the exit status says whether anything is.
"""
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html as parser

from docs.site.places import here

__all__ = ["MOST_BYTES", "problems", "weight"]

MOST_BYTES = 1_000_000  # of a page with all that it loads; a slow line takes seconds for it
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src",
          "audio": "src", "embed": "src", "object": "data"}
LOADING = {"stylesheet", "preload", "icon", "modulepreload", "preconnect", "dns-prefetch"}
IMPORT = re.compile(r"url\(\s*['\"]?(?!data:|#)([^'\")]+)|@import\s+['\"]([^'\"]+)")
HEAVY = {"side_by_side.html"}  # all pairs on one page, to print


def problems(root: Path) -> Iterator[str]:
    """What is wrong in the HTML below this folder, a line for each."""
    for page in sorted(root.rglob("*.html")):
        if {"_static", "pagefind", "reports"} & set(page.parts):
            continue
        name = page.relative_to(root).as_posix()
        tree = tree_of(page)
        for problem in of_page(page, tree, root):
            yield f"{name}: {problem}"
        if page.name not in HEAVY and (bytes_ := weight(page, root)) > MOST_BYTES:
            yield f"{name}: weighs {bytes_:,} bytes with what it loads, more than {MOST_BYTES:,}"
    for style in sorted(root.rglob("*.css")):
        if "pagefind" not in style.parts:
            for found in IMPORT.finditer(style.read_text("utf-8")):
                address = found[1] or found[2]
                if is_elsewhere(address):
                    yield f"{style.relative_to(root).as_posix()}: loads {address}"


def of_page(page: Path, tree, root: Path) -> Iterator[str]:
    for address in loaded(tree):
        if is_elsewhere(address):
            yield f"loads {address}, and a page of the book loads nothing from elsewhere"
        elif not target(page, address).is_file():
            yield f"loads {address}, which is not there"
    for picture in tree.iter("img"):
        if not (picture.get("alt") or "").strip() and picture.get("role") != "presentation":
            yield f"the picture {picture.get('src')} has no words for who cannot see it"
    for drawing in tree.iter("svg"):
        if drawing.get("role") == "img" and not (
                drawing.get("aria-label") or drawing.get("aria-hidden") == "true"):
            yield "a drawing has no words for who cannot see it: no aria-label"
    for link in tree.iter("a"):
        address = link.get("href")
        if address is None or is_elsewhere(address) or address.startswith(("mailto:", "data:")):
            continue
        there = target(page, address)
        anchor = unquote(urlsplit(address).fragment)
        if there.is_dir():
            there = there / "index.html"
        if not there.is_file():
            yield f"a link leads to {address}, which is not there"
        elif anchor and there.suffix == ".html" and anchor not in anchors(there):
            yield f"a link leads to {address}, and there is no such anchor"


def loaded(tree) -> Iterator[str]:
    """The addresses of what a browser fetches with a page."""
    for element in tree.iter(*LOADED):
        address = element.get(LOADED[element.tag])
        if address and not address.startswith("data:"):
            yield address
    for element in tree.iter("link"):
        if LOADING & set((element.get("rel") or "").split()):
            yield element.get("href")


def weight(page: Path, root: Path) -> int:
    """Bytes of a page with its style sheets, scripts and pictures."""
    files = {target(page, address) for address in loaded(tree_of(page))
             if not is_elsewhere(address)}
    return page.stat().st_size + sum(file.stat().st_size for file in files if file.is_file())


def is_elsewhere(address: str) -> bool:
    return address.startswith("//") or urlsplit(address).scheme in ("http", "https", "ftp", "ws")


def target(page: Path, address: str) -> Path:
    path = unquote(urlsplit(address).path)
    return (page.parent / path).resolve() if path else page


@cache
def tree_of(page: Path):
    return parser.document_fromstring(page.read_bytes())


@cache
def anchors(page: Path) -> frozenset[str]:
    tree = tree_of(page)
    return frozenset([*tree.xpath("//@id"), *tree.xpath("//a/@name"), "top"])


def main() -> int:
    root = here().build / "html"
    found = list(problems(root.resolve()))
    print("\n".join(found) or f"nothing is wrong in {root}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
