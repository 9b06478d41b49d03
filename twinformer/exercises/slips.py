"""Slips: what goes wrong in many a program, whatever it is about. Each is a small change
of a solution, made through its syntax tree: keepdims forgotten, another axis, a sum for a
mean, a transpose left out, `x = x - ...` for `x -= ...`.

Where no planted mistake has a learner's numbers, one of these may.
"""
import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from .exercise import LANGUAGES, Exercise
from .skeleton import answered_lines
from .slip_causes import SLIPS
from .slip_changes import EVERYWHERE, changes_of

__all__ = ["Slip", "slips_of"]


class Slip(NamedTuple):
    """A changed solution, and what is said of it in each language."""

    source: str
    cause: dict[str, str]


def slips_of(exercise: Exercise) -> Iterator[Slip]:
    """Every slip in what a learner has to write: first those that say most."""
    text = exercise.solution()
    lines = answered_lines(exercise.source())
    known = set(re.findall(r"[\w.]+", exercise.skeleton() + exercise.text["en"]))
    found = sorted(places(ast.parse(text), lines), key=lambda one: list(SLIPS).index(one.kind))
    several = len({one.function for one in found}) > 1
    for kind in EVERYWHERE:     # forgotten once, forgotten for good
        if len(same := [one for one in found if one.kind == kind]) > 1:
            yield Slip(written(text, same), {key: said(kind, key, same[0].values)
                                             for key in LANGUAGES})
    for one in found:
        where = [one.function] if several else []
        where += [one.target] if one.target in known else []
        yield Slip(written(text, [one]), {
            key: "".join(f"{name}: " for name in where) + said(one.kind, key, one.values)
            for key in LANGUAGES})


class Place(NamedTuple):
    """One change of one node, which is the number-th of the tree."""

    number: int
    kind: str
    change: Callable[[ast.AST], ast.AST]
    function: str
    target: str     # the name that its statement gives to the result
    values: dict[str, object]


def said(kind: str, language: str, values: dict[str, object]) -> str:
    return SLIPS[kind][language == "zh"].format(**values)


def places(tree: ast.Module, lines: set[int]) -> Iterator[Place]:
    """All changes of the nodes on these lines."""
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}

    def walk(node, function, target):
        if isinstance(node, ast.Raise | ast.While):     # words, and what may never end
            return
        if isinstance(node, ast.FunctionDef):
            function = node.name
        if isinstance(node, ast.Assign | ast.AugAssign):
            target = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        if getattr(node, "lineno", 0) in lines:
            for kind, change, values in changes_of(node):
                yield Place(numbers[id(node)], kind, change, function, target, values)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, function, target)

    yield from walk(tree, "", "")


def written(text: str, places: list[Place]) -> str:
    """The source after these changes, the inner ones first."""
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    changes = {id(nodes[one.number]): one.change for one in places}

    class Changing(ast.NodeTransformer):
        def visit(self, node):
            change = changes.get(id(node))
            node = self.generic_visit(node)
            return change(node) if change else node

    return ast.unparse(ast.fix_missing_locations(Changing().visit(tree)))
