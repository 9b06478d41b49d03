"""The two files of a pair, cut into sections that face each other."""
import functools
from dataclasses import dataclass
from pathlib import Path

from docs.side_by_side import align

from .sections import Section, sections

__all__ = ["ROOT", "Facing", "facing", "source"]

ROOT = Path(__file__).parents[3]
PACKAGES = ("numpy_impl", "torch_impl")


@dataclass(frozen=True)
class Facing:
    """A section of both files, or of one: rows (line left, line right, alike), None for a gap."""

    kind: str
    of: str
    rows: list[tuple[int | None, int | None, bool]]

    def sides(self) -> tuple[bool, bool]:
        """Whether the left, and the right file has anything here."""
        return (any(i is not None for i, _, _ in self.rows),
                any(j is not None for _, j, _ in self.rows))


def source(package: str, name: str) -> str:
    return (ROOT / package / f"{name}.py").read_text("utf-8")


@functools.cache
def facing(name: str) -> list[Facing]:
    """All lines of both files, in the order of both."""
    left, right = (source(package, name) for package in PACKAGES)
    ours, theirs = sections(left), sections(right)
    lines = left.splitlines(), right.splitlines()
    found, done = [], 0
    for mine in ours:
        at = next((n for n in range(done, len(theirs)) if same(mine, theirs[n])), None)
        if at is None:
            found.append(Facing(mine.kind, mine.of, alone(mine, 0)))
            continue
        found += [Facing(yours.kind, yours.of, alone(yours, 1)) for yours in theirs[done:at]]
        found.append(Facing(mine.kind, mine.of, together(mine, theirs[at], *lines)))
        done = at + 1
    return found + [Facing(yours.kind, yours.of, alone(yours, 1)) for yours in theirs[done:]]


def same(one: Section, other: Section) -> bool:
    return (one.kind, one.of) == (other.kind, other.of)


def alone(section: Section, side: int):
    lines = range(section.start, section.stop)
    return [(n, None, False) if side == 0 else (None, n, False) for n in lines]


def together(one: Section, other: Section, left: list[str], right: list[str]):
    rows = align(left[one.start:one.stop], right[other.start:other.stop])
    return [(None if i is None else i + one.start, None if j is None else j + other.start, alike)
            for i, j, alike in rows]
