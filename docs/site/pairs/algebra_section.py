"""The section of a pair's page where each line stands beside its formula."""
import posixpath
import re
from pathlib import Path

from docs.side_by_side import explanations

from .algebra import Link
from .facing import ROOT
from .meaning import result
from .words import say

__all__ = ["algebra", "in_language"]


def algebra(name: str, language: str, marks: list[Link]) -> str:
    """Each line that has one, beside its formula; then the pages with all of the steps."""
    pages = [(title, path) for title, path in explanations().get(f"{name}.py", [])
             if "derivations" in path.as_posix()]
    parts = []
    if marks:
        head = f"| | {say('line', language)} | {say('formula', language)} |\n|---|---|---|"
        rows = [f'| <a id="line-{n}" href="{there(mark, name)}">({n})</a> | '
                f'<a href="#code-{first(marks, mark)}">'
                f"<code>{escaped(mark.code)}</code></a> | ${one_line(mark.shown)}$ |"
                for n, mark in enumerate(marks, 1)]
        parts += [say("algebra text", language), "\n".join([head, *rows])]
    if pages:
        listed = ", ".join(f"[{in_language(title, path, language)}]"
                           f"(repo:{path.relative_to(ROOT).as_posix()})" for title, path in pages)
        if tex := result(name):
            parts.append(f"{say('result', language)}\n\n```math\n{tex}```")
        parts.append(f"{say('derivation text', language)} {listed}")
    else:
        parts.append(say("no derivation", language))
    return "\n\n".join(parts)


def in_language(title: str, path: Path, language: str) -> str:
    """The heading of a page's Chinese edition, where there is one."""
    there = ROOT / "docs" / language / path.relative_to(ROOT / "docs")
    if language == "en" or not there.is_file():
        return title
    heading = re.search(r"^# (.+)$", there.read_text("utf-8"), re.M)
    return heading[1].strip() if heading else title


def first(marks: list[Link], mark: Link) -> int:
    """A line with two formulas has one place."""
    return next(n for n, other in enumerate(marks, 1) if other.line == mark.line)


def there(mark: Link, name: str) -> str:
    folder = posixpath.dirname(f"pairs/{name}")
    return posixpath.relpath(f"derivations/{mark.page}.html", folder) + f"#{mark.anchor()}"


def escaped(code: str) -> str:
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "&#124;"),
                       ("*", "&#42;"), ("_", "&#95;"), ("[", "&#91;"), ("]", "&#93;"),
                       ("@", "&#64;"), ("`", "&#96;"), ("~", "&#126;"), ("$", "&#36;")):
        code = code.replace(sign, name)
    return code


def one_line(tex: str) -> str:
    """A formula for a cell of a table."""
    return " ".join(tex.split()).replace("|", r"\vert ").rstrip(".,")
