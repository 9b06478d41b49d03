"""What every line of a file computes while something runs: its names, with their values.

    with traced("numpy_impl/layers/norm.py") as steps:
        layer.forward(x)

Only calls from outside the file are followed, so that a helper is one step of its caller, and of
a loop only the first round.
"""
import ast
import contextlib
import copy
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .statements import in_one_line, statements, targets_of, uses_of

__all__ = ["Step", "traced"]

ROOT = Path(__file__).parents[4]
GRADIENT = re.compile(r"self\.grads\[\"(\w+)\"\](?: \+=|,)")     # added to, or handed on for it


@dataclass
class Step:
    """A statement that ran.

    function : "LayerNorm.forward"
    line : where it begins, 0-based
    text : its source, in one line
    uses : the names that it reads, "self.weight" among them
    gives : {name: value}; that of a return is called "return"
    """

    function: str
    line: int
    text: str
    uses: list[str]
    gives: dict[str, Any] = field(default_factory=dict)
    reads: dict[str, Any] = field(default_factory=dict)


def kept(value):
    """A copy, for what is changed in place later on; a tensor's without its graph."""
    if hasattr(value, "detach"):
        return value.detach().clone()
    if isinstance(value, tuple) and type(value) is not tuple:
        return value                      # a NamedTuple: a cache
    if isinstance(value, tuple | list):
        return type(value)(map(kept, value))
    return copy.copy(value) if hasattr(value, "dtype") else value


@contextlib.contextmanager
def traced(file: str, follow: tuple[str, ...] = ()):
    """The list of steps, which fills while the block runs.

    follow : the functions to go into, instead of those that are called from outside
    """
    path = ROOT / file
    known = statements(path)
    steps: list[Step] = []
    seen: set[tuple[str, int]] = set()
    inside: list = []                     # frames of the file, the outer one first

    def named(frame) -> str:
        return frame.f_code.co_qualname if hasattr(frame.f_code, "co_qualname") \
            else frame.f_code.co_name

    def finish(frame, node, result=None) -> None:
        """The statement has run: keep what it gave."""
        if node is None or (named(frame), node.lineno) in seen:
            return
        seen.add((named(frame), node.lineno))
        step = Step(named(frame), node.lineno - 1, in_one_line(node), uses_of(node))
        local = frame.f_locals
        step.reads = {name: value for name in step.uses
                      if (value := looked_up(name, local)) is not None}
        if isinstance(node, ast.Return):
            step.gives["return"] = kept(result)
            if isinstance(node.value, ast.Tuple):
                without_the_cache(step, node.value, result)
        step.gives |= {name: kept(local[name]) for name in targets_of(node) if name in local}
        if (own := GRADIENT.search(step.text)) and isinstance(node, ast.AugAssign | ast.Expr):
            step.gives[f"grad {own[1]}"] = kept(local["self"].grads[own[1]])
        if step.gives:
            steps.append(step)

    def local_trace():
        current = None

        def trace(frame, event, argument):
            nonlocal current
            if event == "line":
                node = known.get(frame.f_lineno)
                if node is not current:
                    finish(frame, current)
                    current = node
            elif event == "return":
                finish(frame, current, argument)
                inside.remove(frame)
            return trace
        return trace

    def global_trace(frame, event, argument):
        if event != "call" or frame.f_code.co_filename != str(path):
            return None
        if inside or frame.f_code.co_name.startswith("<") or frame.f_code.co_name == "__init__":
            return None
        if follow and named(frame) not in follow:
            return None
        inside.append(frame)
        return local_trace()

    before = sys.gettrace()
    sys.settrace(global_trace)
    try:
        yield steps
    finally:
        sys.settrace(before)


def without_the_cache(step: Step, value: ast.Tuple, result) -> None:
    """Of "return y, cache" what a reader looks for; of several gradients all of them."""
    parts = value.elts
    if hasattr(result[-1], "dtype"):
        step.text = f"return {', '.join(part.words for part in parts)}"
    else:
        step.text = f"return {parts[0].words}"
        step.uses = uses_of(parts[0])


def looked_up(name: str, local):
    first, _, rest = name.partition(".")
    value = local.get(first)
    return getattr(value, rest, None) if rest else value
