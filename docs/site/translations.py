"""Which Chinese pages are missing, or older than the English page they were made from.

    python -m docs.site.translations --list
    python -m docs.site.translations --accept docs/zh/export.md ...

The first line of a Chinese page is `<!-- of: 0123456789ab -->`: the first 12 hexadecimal digits of
the SHA-256 of the English file it says the same as. `--accept` writes that line anew, after the
page was brought up to date. Code is the same in both, comments included: so it stays in English.
"""
import argparse
import hashlib
import re
import sys
from pathlib import Path

from docs.site.markdown import code_blocks
from docs.site.places import Place, here
from twinformer.io.files import write_atomically

__all__ = ["accept", "chinese", "english", "problems", "sources", "without_mark"]

MARK = re.compile(r"\A<!-- of: ([0-9a-f]{12}) -->\n+")
NOT_CODE = re.compile(r"\{(?!code-cell|code-block|literalinclude)|math$")  # holds words, too
OPTION = re.compile(r"^:[\w-]+:.*$", re.M)

# Pages that may wait for their Chinese: a promise, not a rule. A test fails when one of them is
# here without need.
WAITING: frozenset[str] = frozenset()


def sources(place: Place) -> list[str]:
    """The English pages of the book, as paths in the repository."""
    pages = [*place.docs.rglob("*.md"), *(place.root / "benchmarks/results").glob("*.md")]
    paths = [path.relative_to(place.root).as_posix() for path in pages]
    return sorted(path for path in paths if not path.startswith(("docs/zh/", "docs/site/"))
                  and not path.endswith(".zh-CN.md"))


def chinese(path: str) -> str:
    """docs/export.md -> docs/zh/export.md; benchmarks/results/x.md -> docs/zh/results/x.md"""
    return re.sub(r"\A(docs/|benchmarks/)", "docs/zh/", path)


def english(path: str, place: Place) -> str:
    """The English page of a Chinese one.

    Raises
    ------
    ValueError
        If it has none.
    """
    name = path.removeprefix("docs/zh/")
    for folder in ("docs", "benchmarks"):
        if path.startswith("docs/zh/") and (place.root / folder / name).is_file():
            return f"{folder}/{name}"
    raise ValueError(f"expected a page in docs/zh that has an English page at the same path in "
                     f"docs, got {path}; was the English page renamed or deleted?")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def without_mark(text: str) -> str:
    return MARK.sub("", text, count=1)


def problems(place: Place) -> dict[str, str]:
    """{English page: what is wrong with its Chinese}, and Chinese pages that have no English."""
    found = {}
    for path in sources(place):
        if problem := problem_of(path, place):
            found[path] = problem
    for page in sorted((place.docs / "zh").rglob("*.md")):
        path = page.relative_to(place.root).as_posix()
        try:
            english(path, place)
        except ValueError as error:
            found[path] = str(error)
    return found


def problem_of(path: str, place: Place) -> str:
    page = place.root / chinese(path)
    if not page.is_file():
        return f"missing: {chinese(path)}"
    text = page.read_text("utf-8")
    mark = MARK.match(text)
    if not mark:
        return f"{chinese(path)}: its first line is not <!-- of: {digest(place.root / path)} -->"
    if mark[1] != digest(place.root / path):
        return (f"{chinese(path)} is older than {path}: bring it up to date, then "
                f"python -m docs.site.translations --accept {chinese(path)}")
    ours, theirs = (code_of(each) for each in ((place.root / path).read_text("utf-8"), text))
    for number, (one, other) in enumerate(zip(ours, theirs)):
        if one != other:
            return f"{chinese(path)}: code block {number + 1} differs from the English one"
    if len(ours) != len(theirs):
        return f"{chinese(path)} has {len(theirs)} code blocks, {path} has {len(ours)}"
    return ""


def code_of(text: str) -> list[tuple[str, str]]:
    """The blocks that must be equal: formulas may have words in them, directives have, and so
    have a cell's options, which say what its plot shows."""
    return [(info, OPTION.sub("", code)) for info, code in code_blocks(text)
            if not NOT_CODE.match(info)]


def accept(path: str, place: Place) -> None:
    """Write into a Chinese page that it says the same as the English page of this moment."""
    page = place.root / path
    mark = f"<!-- of: {digest(place.root / english(path, place))} -->\n"
    write_atomically(page, mark + without_mark(page.read_text("utf-8")))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m docs.site.translations", description=__doc__.partition("\n")[0])
    parser.add_argument("--list", action="store_true", help="list what is missing or old")
    parser.add_argument("--accept", nargs="+", metavar="PAGE", default=[],
                        help="Chinese pages that say the same as the English ones do now")
    options = parser.parse_args(arguments)
    place = here()
    for path in options.accept:
        accept(Path(path).resolve().relative_to(place.root).as_posix(), place)
    found = problems(place) if options.list or not options.accept else {}
    for path, problem in found.items():
        print(problem + (" (may wait)" if path in WAITING else ""))
    return 1 if set(found) - WAITING else 0


if __name__ == "__main__":
    sys.exit(main())
