"""The changes of one node of a syntax tree that make a slip of it."""
import ast
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["EVERYWHERE", "changes_of"]

Change = tuple[str, Callable, dict[str, object]]    # of slip_causes.py; node -> node; its values

EVERYWHERE = ("keepdims", "axis", "rebound", "exp2", "log2")    # made at all places, too
ALONG = {"sum", "mean", "max", "min", "var", "std", "cumsum", "argmax", "argsort", "concatenate"}
BOUNDARY = {ast.Lt: ("boundary in", ast.LtE), ast.Gt: ("boundary in", ast.GtE),
            ast.LtE: ("boundary out", ast.Lt), ast.GtE: ("boundary out", ast.Gt)}
OTHER = {"exp": "exp2", "log": "log2"}


def changes_of(node: ast.AST) -> Iterator[Change]:
    """(kind, change, values) of each slip that can be made here."""
    if isinstance(node, ast.BinOp):
        yield from of_operation(node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from of_call(node, node.func.attr)
    elif isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield "transpose", lambda node: node.value, {}
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in BOUNDARY:
        kind, op = BOUNDARY[type(node.ops[0])]
        yield kind, lambda node: ast.Compare(node.left, [op()], node.comparators), {}
    elif isinstance(node, ast.AugAssign):
        if isinstance(node.op, ast.Add):
            yield "set", lambda node: ast.Assign([node.target], node.value), {}
        if isinstance(node.target, ast.Name):
            yield "rebound", lambda node: ast.Assign([node.target], ast.BinOp(
                ast.Name(node.target.id, ast.Load()), node.op, node.value)), {}
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp) \
            and isinstance(node.value.op, ast.Add) \
            and ast.unparse(node.targets[0]) == ast.unparse(node.value.left):
        yield "set", lambda node: ast.Assign(node.targets, node.value.right), {}
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) \
            and not isinstance(node.operand, ast.Constant):
        yield "minus", lambda node: node.operand, {}
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for i in range(len(node.value.elts) - 1):
            yield "order", lambda node, i=i: ast.Return(swapped(node.value, i)), {}


def of_operation(node: ast.BinOp) -> Iterator[Change]:
    """Slips in a + b, a * b, a @ b ..."""
    one = [isinstance(side, ast.Constant) and side.value == 1 for side in (node.left, node.right)]
    if isinstance(node.op, ast.MatMult):
        yield "turned", lambda node: ast.BinOp(node.right, node.op, node.left), {}
    elif isinstance(node.op, ast.Add | ast.Sub):
        other = ast.Sub if isinstance(node.op, ast.Add) else ast.Add
        yield "sign", lambda node: ast.BinOp(node.left, other(), node.right), {}
        if one[0] and other is ast.Add:
            yield "rest", lambda node: node.right, {}
        elif any(one):
            yield "one", lambda node: node.right if one[0] else node.left, {}
        else:
            yield "term", lambda node: node.left, {}
        if other is ast.Sub and not any(one):
            yield "term", lambda node: node.right, {}
    elif isinstance(node.op, ast.Mult):
        yield "over", lambda node: ast.BinOp(node.left, ast.Div(), node.right), {}
        yield "factor", lambda node: node.left, {}
        yield "factor", lambda node: node.right, {}
    elif isinstance(node.op, ast.Div):
        yield "times", lambda node: ast.BinOp(node.left, ast.Mult(), node.right), {}
        yield "divisor", lambda node: node.left, {}


def of_call(node: ast.Call, name: str) -> Iterator[Change]:
    """Slips in a call, x.sum(-1, keepdims=True) or np.exp(x)."""
    if any(one.arg == "keepdims" for one in node.keywords):
        yield "keepdims", lambda node: ast.Call(node.func, node.args, [
            one for one in node.keywords if one.arg != "keepdims"]), {}
    if name in ALONG and node.args and (axis := number_of(node.args[-1])) is not None:
        other = 0 if axis else -1
        yield ("axis", lambda node: ast.Call(node.func, [*node.args[:-1], ast.Constant(other)],
                                             node.keywords), {"name": name, "axis": other})
        yield ("whole", lambda node: ast.Call(node.func, node.args[:-1], [
            one for one in node.keywords if one.arg != "keepdims"]), {"name": name})
    if name in ("sum", "mean"):
        other_name = "mean" if name == "sum" else "sum"
        yield other_name, lambda node: renamed(node, other_name), {}
    if name in OTHER:
        yield OTHER[name], lambda node: renamed(node, OTHER[name]), {}
    if name == "log":
        yield "log10", lambda node: renamed(node, "log10"), {}
    if name in ("sqrt", "log", "exp") and len(node.args) == 1:
        yield name, lambda node: node.args[0], {}
    if name in ("maximum", "minimum"):
        yield "bound", lambda node: node.args[0], {}
        yield "bound", lambda node: node.args[1], {}
    if name == "where" and len(node.args) == 3:
        yield "where", lambda node: ast.Call(node.func, [
            node.args[0], node.args[2], node.args[1]], node.keywords), {}
    if name == "argsort" and isinstance(node.args[0], ast.UnaryOp):
        yield "ties", turned_round, {}


def turned_round(node: Any) -> ast.AST:
    """argsort(-x) -> argsort(x)[::-1]"""
    upwards = ast.Call(node.func, [node.args[0].operand, *node.args[1:]], node.keywords)
    return ast.Subscript(upwards, ast.Slice(step=ast.UnaryOp(ast.USub(), ast.Constant(1))))


def renamed(node: Any, name: str) -> ast.AST:
    return ast.Call(ast.Attribute(node.func.value, name, ast.Load()), node.args, node.keywords)


def swapped(values: ast.Tuple, i: int) -> ast.Tuple:
    """A tuple whose i-th value has changed places with the next one."""
    e = values.elts
    return ast.Tuple([*e[:i], e[i + 1], e[i], *e[i + 2:]], ast.Load())


def number_of(node: ast.AST) -> int | None:
    """An integer that stands there, with its sign."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if type(value) is int else None
