"""Pages that show a source file, or list a folder, to which a page of the book links."""
import re
from pathlib import PurePosixPath

from docs.site.places import Place
from docs.site.words import words

__all__ = ["source_pages"]

LANGUAGE = {".py": "python", ".pyi": "python", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml",
            ".json": "json", ".md": "markdown", ".css": "css", ".js": "javascript"}


def source_pages(shown: set[str], place: Place, language: str) -> dict[str, str]:
    """{page: Markdown} for every path that was linked to."""
    return {f"source/{path}": one(path, place, language) for path in sorted(shown)}


def one(path: str, place: Place, language: str) -> str:
    say, there = words(language), place.root / path
    link = f"[{say['at_repository']}]({place.repository}/blob/main/{path})\n\n" if (
        place.repository) else ""
    head = f"---\norphan: true\nno-search: true\n---\n\n# `{path}`\n\n{link}"
    if there.is_dir():
        names = sorted(entry.name + "/" * entry.is_dir() for entry in there.iterdir()
                       if not entry.name.startswith((".", "__")))
        return head + "\n".join(f"- `{name}`" for name in names) + "\n"
    kind = LANGUAGE.get(PurePosixPath(path).suffix, "text")
    text = there.read_text("utf-8")
    fence = "`" * max(3, *(len(run) + 1 for run in runs_of_ticks(text)), 3)
    return f"{head}{fence}{kind}\n{text.rstrip()}\n{fence}\n"


def runs_of_ticks(text: str) -> list[str]:
    return re.findall(r"`{3,}", text) or [""]
