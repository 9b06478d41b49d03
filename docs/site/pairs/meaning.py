"""What a derivation's page says about its pair: what it means, and what comes out."""
import posixpath
import re

from docs.side_by_side import explanations

from .algebra import FENCE, derivation_files, page_path
from .facing import ROOT

__all__ = ["meaning", "own_page", "result"]

MEANS = re.compile(r"What it (means|is for)|Why |What a gate buys")
BLOCKS = 3       # paragraphs and formulas of it
LINK = re.compile(r"\]\(([^):#\s]+\.(?:md|py))")


def own_page(name: str) -> str | None:
    """The derivation that is about this pair first of all: "layer_norm"."""
    for _, path in explanations().get(f"{name}.py", []):
        if "derivations" in path.as_posix():
            files = derivation_files(path.stem)
            if files[:1] == [f"numpy_impl/{name}.py"]:
                return path.stem
    return None


def parts(page: str, language: str) -> list[tuple[str, str]]:
    """[(heading, text)] of a page."""
    path = page_path(page, language)
    text = (path if path.is_file() else page_path(page)).read_text("utf-8")
    pieces = re.split(r"^## (.+)$", text, flags=re.M)
    return list(zip(pieces[1::2], pieces[2::2]))


def meaning(name: str, language: str) -> str:
    """The first paragraphs of what the page says it means; "" where it says nothing of the kind.

    In Chinese it is the section at the same place.
    """
    page = own_page(name)
    if page is None:
        return ""
    headings = [heading for heading, _ in parts(page, "en")]
    at = next((n for n, heading in enumerate(headings) if MEANS.match(heading)), None)
    own = parts(page, language)
    if at is None or at >= len(own):
        return ""
    chosen = []
    for block in own[at][1].strip().split("\n\n"):
        code = block.startswith("```") and not block.startswith("```math")
        if code or len(chosen) == BLOCKS:
            break
        chosen.append(block)
    while chosen and chosen[-1].rstrip().endswith((":", "：", ",")):   # it leads on to what is cut
        chosen.pop()
    return from_elsewhere("\n\n".join(chosen), page)


def from_elsewhere(text: str, page: str) -> str:
    """Links that were relative to the derivation's folder."""
    folder = page_path(page).relative_to(ROOT).parent.as_posix()
    return LINK.sub(lambda link: f"](repo:{posixpath.normpath(posixpath.join(folder, link[1]))}",
                    text)


def result(name: str) -> str:
    """The gradient that the page comes to before it turns to the code, that of x if there is one;
    "" where it has no such place."""
    page = own_page(name)
    if page is None:
        return ""
    own = parts(page, "en")
    at = next((n for n, (heading, _) in enumerate(own) if heading == "In the code"), 0)
    displays = [fence[2] for fence in FENCE.finditer(own[at - 1][1]) if fence[1] == "math"] if (
        at) else []
    for wanted in (r"\bdx\b|\bdx_", r"(?<![\\\w])d[a-zA-Z](?=_|\b| |\\)[^=]*="):
        found = [tex for tex in displays if re.search(wanted, tex)]
        if found:
            return found[-1]
    return ""
