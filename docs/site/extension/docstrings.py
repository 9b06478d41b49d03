"""Docstrings are written to be read in the code; this makes them what Sphinx reads as well.

In them an indented block is a formula or an example, `name : meaning` explains an argument, and
* and | are what they are in a formula. numpydoc's own sections (Parameters, Raises, ...) stay.
"""
import re
from collections.abc import Iterator

__all__ = ["as_rest", "setup"]

ITEM = re.compile(r"^(?P<name>[\w.*, ]+) : (?P<meaning>.+)$")
UNDERLINE = re.compile(r"^-{3,}$")
BULLET = re.compile(r"^(- |\d+\. )")
FORMULA = re.compile(r" = | -> |^\S+\(")
CODE = re.compile(r"(``.+?``|`.+?`)")


def as_rest(lines: list[str]) -> list[str]:
    """The lines of a docstring, without its indentation, as reStructuredText."""
    end = next((number for number in range(len(lines) - 1)
                if lines[number].strip() and UNDERLINE.match(lines[number + 1])), len(lines))
    written: list[str] = []
    for number, block in enumerate(blocks(lines[:end])):
        written += rest_of(block, first=number == 0) + [""]
    return written + [section_line(line) for line in lines[end:]]


def blocks(lines: list[str]) -> Iterator[list[str]]:
    """Runs of lines without an empty one; an indented run ends where the indentation does."""
    block: list[str] = []
    for line in [*lines, ""]:
        begins_item = bool(block) and (ITEM.match(line) or BULLET.match(line)) and not (
            ITEM.match(block[0]) or BULLET.match(block[0]))
        if block and (not line.strip() or begins_item
                      or (block[0].startswith(" ") and not line.startswith(" "))):
            yield block
            block = []
        if line.strip():
            block.append(line)


def rest_of(block: list[str], first: bool) -> list[str]:
    whole = " ".join(line.strip() for line in block)
    if first and FORMULA.search(whole) and "`" not in whole:
        return [f"``{whole}``"]  # numpydoc wants a summary of one line
    if block[0].startswith(" "):
        return ["::", "", *(f"    {line}" for line in block)]
    if ITEM.match(block[0]):
        return items(block)
    if BULLET.match(block[0]):
        return [escaped(line) for line in block]
    return [escaped(line.strip()) for line in block]


def items(block: list[str]) -> list[str]:
    """`name : meaning` and what continues below it, as a list of definitions."""
    written: list[str] = []
    for line in block:
        item = ITEM.match(line)
        if item:
            written += ["", f"``{item['name']}``", f"    {escaped(item['meaning'])}"]
        elif line.startswith(" "):
            written.append(f"    {escaped(line.strip())}")
        else:  # the list has ended, without an empty line
            written += ["", escaped(line)]
    return written


def escaped(line: str) -> str:
    """Signs that reStructuredText would take for marks, outside of code."""
    parts = CODE.split(line)
    for number, part in enumerate(parts):
        if number % 2:
            parts[number] = f"``{part.strip('`')}``"
        else:
            parts[number] = re.sub(r"([*|\\])|(?<=\w)_(?!\w)", lambda sign: f"\\{sign[0]}", part)
    return "".join(parts)


def section_line(line: str) -> str:
    indent = line[:len(line) - len(line.lstrip())]
    return indent + escaped(line.lstrip()) if indent else line


def process(app, what, name, thing, options, lines) -> None:
    lines[:] = as_rest(list(lines))


def setup(app):
    app.connect("autodoc-process-docstring", process, priority=100)  # before numpydoc
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
