"""Small tools for the text of a Markdown page."""
import re
from collections.abc import Callable

__all__ = ["code_blocks", "in_prose", "summary", "targets", "title"]

FENCE = re.compile(r"^(?P<indent> *)(?P<mark>`{3,}|~{3,}|:{3,})(?P<info>[^\n`]*)$")
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.S)
TARGET = re.compile(r"(?<=\]\()([^)\s]+)")
HOLDS_PROSE = re.compile(r"\{(admonition|attention|card|caution|danger|dropdown|figure|grid|"
                         r"grid-item(-card)?|hint|important|note|seealso|tab-item|tab-set|tip|"
                         r"warning)\}")
FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)


def pieces(text: str) -> list[tuple[bool, str]]:
    """The page cut into (is it a code block, text), fences included in the block.

    A directive that holds prose, such as {note}, is prose; only code, formulas and the directives
    of code count as blocks.
    """
    found: list[tuple[bool, list[str]]] = [(False, [])]
    open_prose: list[str] = []
    closing = None
    for line in text.splitlines(keepends=True):
        fence = FENCE.match(line.rstrip("\n"))
        bare = fence is not None and not fence["info"].strip()
        if closing is not None:
            found[-1][1].append(line)
            if fence and bare and fence["mark"].startswith(closing):
                closing = None
                found.append((False, []))
        elif fence and bare and open_prose and fence["mark"].startswith(open_prose[-1]):
            open_prose.pop()
            found[-1][1].append(line)
        elif fence and (fence["mark"][0] == ":" or HOLDS_PROSE.match(fence["info"].strip())):
            open_prose.append(fence["mark"])
            found[-1][1].append(line)
        elif fence:
            closing = fence["mark"]
            found.append((True, [line]))
        else:
            found[-1][1].append(line)
    return [(block, "".join(lines)) for block, lines in found if lines]


def in_prose(text: str, change: Callable[[str], str]) -> str:
    """The page with `change` applied to every link target outside of code."""
    def renewed(piece: str) -> str:
        codes = [match.span() for match in CODE.finditer(piece)]

        def target(match: re.Match) -> str:
            inside = any(start < match.start() < end for start, end in codes)
            return match[0] if inside else change(match[0])
        return TARGET.sub(target, piece)
    return "".join(piece if block else renewed(piece) for block, piece in pieces(text))


def targets(text: str) -> list[str]:
    """Where the links of a page lead, in order."""
    found: list[str] = []
    in_prose(text, lambda target: found.append(target) or target)  # type: ignore[func-returns-value]
    return found


def code_blocks(text: str) -> list[tuple[str, str]]:
    """[(what stands behind the opening fence, the lines inside)], in order."""
    blocks = []
    for block, piece in pieces(text):
        if block:
            lines = piece.splitlines()
            fence = FENCE.match(lines[0])
            assert fence
            blocks.append((fence["info"].strip(), "\n".join(lines[1:-1])))
    return blocks


def title(text: str) -> str:
    """The page's heading, without the marks of Markdown.

    Raises
    ------
    ValueError
        If the page has none.
    """
    found = re.search(r"^# +(.+)$", FRONT.sub("", text), re.M)
    if not found:
        raise ValueError(f"expected a page with a heading '# ...', got {text[:60]!r}; add the "
                         f"heading as the first line of the page")
    return found[1].strip()


def summary(text: str) -> str:
    """The first sentence below the heading."""
    behind = re.split(r"^# .+$", FRONT.sub("", text), maxsplit=1, flags=re.M)[-1]
    for block, piece in pieces(behind):
        for paragraph in () if block else piece.split("\n\n"):
            line = " ".join(paragraph.split())
            if line and line[0] not in "#|<(!:-" and not line.startswith("["):
                return re.split(r"(?<=[.?!])\s|(?<=[。？！])", line)[0]
    return ""
