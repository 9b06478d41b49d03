"""Where the first difference is made, in words.

A module whose input agrees and whose output does not is the place itself. Where
its input parts already, the place is the code of a module around it, between
the last output that agreed and this one: an activation without a module of its
own, a shortcut, a mask.
"""
from .comparing import Row

__all__ = ["first_parting", "place_of_gradient", "place_of_output"]


def first_parting(rows: list[Row]) -> int | None:
    """The index of the first row that parts."""
    return next((i for i, row in enumerate(rows) if row.parts), None)


def place_of_output(rows: list[Row], index: int) -> str:
    """ "blocks.0.norm1", or "blocks.0.feed_forward, between up and down" """
    row = rows[index]
    if not row.of_input > 1:
        return row.name
    path = row.calls[0].path
    parent, _, last = path.rpartition(".")
    before = [earlier.calls[0].path for earlier in rows[:index]]
    while parent and not any(is_in(other, parent) for other in before):
        parent, _, inner = parent.rpartition(".")   # its first module: look further out
        last = f"{inner}.{last}"
    inside = [other for other in before if is_in(other, parent)]
    if not inside:
        return f"{parent or 'the model'}, before {last}"
    previous = inside[-1].removeprefix(f"{parent}.") or "its beginning"
    return f"{parent or 'the model'}, between {previous} and {last}"


def is_in(path: str, parent: str) -> bool:
    return path.startswith(f"{parent}.") if parent else True


def place_of_gradient(rows: list[Row], index: int) -> str:
    """The gradient's name, and after which gradient, still the same, it came."""
    row = rows[index]
    if not index:
        return f"the gradient of {row.name}"
    return f"the gradient of {row.name}, made after that of {rows[index - 1].name}"
