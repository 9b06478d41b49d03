"""A Jinja environment in which a template can neither leave the sandbox, nor
run for ever, nor fill the memory.

A chat template is a program that comes with a model, written by whoever
published it. Jinja's sandbox keeps it from Python's insides; but two loops,
one in the other, or a text that is doubled forty times, need nothing that the
sandbox forbids. So here every turn of a loop and every call looks at the
clock, and what grows is measured.
"""
import time
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from .lengths import (
    LENGTHS,
    LONGEST,
    check_format,
    check_length,
    measured,
    weight,
)

__all__ = ["SECONDS", "LimitedEnvironment"]

SECONDS = 10.0          # a template of a real model takes a millisecond


class LimitedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with limits; ``restart`` sets the clock."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})
    deadline = float("inf")
    mapped = 0.0            # characters that filters made of single entries

    def restart(self) -> None:
        """A template has SECONDS from now on."""
        self.deadline, self.mapped = time.monotonic() + SECONDS, 0

    def __init__(self, **options):
        super().__init__(**options)
        for name in LENGTHS.keys() & self.filters.keys():
            self.filters[name] = measured(name, self.filters[name])
        self.finalize = self.weighed        # of whatever is printed

    def _parse(self, source, name, filename):
        return Watched().visit(super()._parse(source, name, filename))

    def tick(self) -> bool:
        """True, while there is time"""
        if time.monotonic() > self.deadline:
            raise SecurityError(f"it runs for more than {SECONDS:g} s")
        return True

    def bounded(self, value: Any) -> Any:
        """The value, if it is not too large."""
        self.tick()
        if isinstance(value, str | list | tuple | dict):
            size = len(value)
        else:
            size = (value.bit_length() ** 2 if isinstance(value, int) else 0)
        if size > LONGEST:
            raise SecurityError(f"it makes a value of size {size:,}; at most "
                                f"{LONGEST:,} is allowed")
        return value

    def count(self, value: Any) -> Any:
        """The value, if it is no large number: a width, or how often."""
        if isinstance(value, int) and abs(value) > LONGEST:
            raise SecurityError(f"the number {value} is too large")
        return self.weighed(value)

    def weighed(self, value: Any) -> Any:
        """The value, if it can be written out, compared and hashed."""
        if not isinstance(value, str) and weight(value) > LONGEST:
            raise SecurityError("a list of lists is too large")
        return value

    def call_filter(self, name, value, *args, **kwargs):
        """What map does to each entry, before there is a list to measure."""
        made = self.bounded(super().call_filter(
            name, self.weighed(value), *args, **kwargs))
        self.mapped += weight(made)
        if self.mapped > LONGEST:
            raise SecurityError(f"{name} makes more than {LONGEST:,} "
                                "characters")
        return made

    def call(self, context, obj, /, *args, **kwargs):
        self.tick()
        for value in (*args, *kwargs.values()):
            self.count(value)
        if isinstance(text := getattr(obj, "__self__", None), str):
            check_length(obj.__name__, text, *args, **kwargs)
        return self.bounded(super().call(context, obj, *args, **kwargs))

    def wrap_str_format(self, value):
        if (wrapper := super().wrap_str_format(value)) is None:
            return None

        def measuring(*args, **kwargs):
            check_format(value.__self__, "{", *args, *kwargs.values())
            return wrapper(*args, **kwargs)
        return measuring

    def call_binop(self, context, operator, left, right):
        if operator == "**":
            self.count(right)
            self.bounded(left)
            if isinstance(left, int) and isinstance(right, int) and (
                    left.bit_length() * right > LONGEST):
                raise SecurityError(f"{left} ** {right} is too large")
        elif operator == "*":
            for one, other in ((left, right), (right, left)):
                if isinstance(one, str | list | tuple) and isinstance(
                        other, int) and len(one) * other > LONGEST:
                    raise SecurityError(f"it repeats something {other} times")
        elif operator == "%" and isinstance(left, str):
            check_format(left, "%", right)
        return self.bounded(super().call_binop(context, operator, left, right))


class Watched(NodeTransformer):
    """Puts a look at the clock into every loop and macro, and measures what
    filters and ``~`` make: Jinja's sandbox sees none of these."""

    def ticking(self, node):
        node.body.insert(0, nodes.ExprStmt(
            asked("tick", node), lineno=node.lineno))
        return self.generic_visit(node)

    visit_Macro = visit_CallBlock = ticking

    def visit_For(self, node):
        if node.test is not None:
            node.test = nodes.And(asked("tick", node), node.test,
                                  lineno=node.lineno)
        return self.ticking(node)

    def visit_Filter(self, node):
        self.generic_visit(node)
        node.args = [asked("count", node, arg) for arg in node.args]
        for keyword in node.kwargs:
            keyword.value = asked("count", node, keyword.value)
        if not of_block(node):
            node.node = asked("weighed", node, node.node)
        # of a block ({% filter %}) the filter has no value to begin with
        return node if of_block(node) else asked("bounded", node, node)

    def visit_Concat(self, node):
        self.generic_visit(node)
        node.nodes = [asked("weighed", node, part) for part in node.nodes]
        return asked("bounded", node, node)

    def visit_Compare(self, node):
        """Lists that hold one another are as long to compare as to write."""
        self.generic_visit(node)
        node.expr = asked("weighed", node, node.expr)
        for operand in node.ops:
            operand.expr = asked("weighed", node, operand.expr)
        return node

    def visit_Pair(self, node):
        """A key is hashed."""
        self.generic_visit(node)
        node.key = asked("weighed", node, node.key)
        return node


def of_block(node: nodes.Expr | None) -> bool:
    while isinstance(node, nodes.Filter):
        node = node.node
    return node is None


def asked(method: str, at: nodes.Node, *args: nodes.Expr) -> nodes.Call:
    """environment.method(*args), as a part of a template"""
    return nodes.Call(nodes.EnvironmentAttribute(method, lineno=at.lineno),
                      list(args), [], None, None, lineno=at.lineno)
