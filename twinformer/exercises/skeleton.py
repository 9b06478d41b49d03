"""The skeleton of an exercise is made from its solution, so that the two never part:
what stands between two marks is left for the learner to write.

    # <answer>
    e = np.exp(x - x.max(-1, keepdims=True))
    # </answer>
"""
import re

__all__ = ["answered_lines", "changed", "plain", "skeleton"]

BEGIN, END = "# <answer>", "# </answer>"
EMPTY = "raise NotImplementedError  # your turn"


def skeleton(source: str) -> str:
    """The source with each marked piece taken out; helpers at the top of the file
    leave nothing, the rest says that it is not written yet."""
    lines, inside = [], False
    for line in source.splitlines():
        mark = line.strip()
        if mark == BEGIN:
            inside = True
            if indent := line[:line.index("#")]:
                lines.append(indent + EMPTY)
        elif mark == END:
            inside = False
        elif inside and re.match(r"\w+ = ", line):     # a number that is asked for
            lines.append(f"{line.partition(' = ')[0]} = None  # your turn")
        elif not inside:
            lines.append(line)
    return plain("\n".join(lines).rstrip() + "\n")


def plain(source: str) -> str:
    """The source without the marks, and without what is said to the linter."""
    return re.sub(r"  # noqa.*", "", "".join(
        line for line in source.splitlines(keepends=True) if line.strip() not in (BEGIN, END)))


def answered_lines(source: str) -> set[int]:
    """The numbers of the lines of plain(source) that a learner has to write; of a
    source without marks, all."""
    found, inside, number = set(), BEGIN not in source, 0
    for line in source.splitlines():
        mark = line.strip()
        if mark in (BEGIN, END):
            inside = mark == BEGIN
            continue
        number += 1
        if inside:
            found.add(number)
    return found


def changed(source: str, old: str, new: str) -> str:
    """The solution with one piece of it in another form.

    Raises
    ------
    ValueError
        Where that piece does not stand there exactly once.
    """
    text = plain(source)
    if text.count(old) != 1:
        raise ValueError(f"expected {old!r} once in the solution, found it "
                         f"{text.count(old)} times")
    return text.replace(old, new)
