"""The heart of the book: for every pair of files a page, in the order in which one reads them."""
from .order import PARTS, ordered
from .page import pair_page
from .telling import told
from .words import say

__all__ = ["pair_pages"]


def pair_pages(language: str) -> dict[str, str]:
    """{"pairs/layers/norm": Markdown} of all pairs, and their index."""
    pages = {f"pairs/{name}": pair_page(name, language) for name in ordered()}
    return {"pairs/index": index(language)} | pages


def index(language: str) -> str:
    """All pairs in the reader's order, each with its sentence."""
    parts = [f"# {say('index title', language)}",
             say("index text", language, count=len(ordered())),
             "![{}](/figures/road.svg)".format(say("road", language))]
    for part in PARTS:
        rows = [f"- [{told(name, language).title}]({name}.md) `{name}.py`  \n"
                f"  {told(name, language).why}" for name in part.pairs]
        parts += [f"## {part.title[language]}", part.why[language], "\n".join(rows)]
    entries = "\n".join(f"/pairs/{name}" for name in ordered())
    parts.append(f"```{{toctree}}\n:hidden:\n:titlesonly:\n\n{entries}\n```")
    return "\n\n".join(parts) + "\n"
