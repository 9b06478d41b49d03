"""The statements of a file: on which lines each stands, its words, what it reads and gives."""
import ast
import functools
from pathlib import Path

__all__ = ["in_one_line", "statements", "targets_of", "uses_of"]


@functools.cache
def statements(path: Path) -> dict[int, ast.stmt]:
    """{line: the simple statement on it}, 1-based, as frames count."""
    text = path.read_text("utf-8")
    found, lines = {}, text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return | ast.Expr
                      | ast.For):
            last = node.iter.end_lineno if isinstance(node, ast.For) else node.end_lineno
            spelled(node, lines)
            for line in range(node.lineno, last + 1):
                found[line] = node
    return found


def spelled(node, lines: list[str]) -> None:
    """Keep a statement's own words beside it, and those of the parts of a tuple it returns."""
    parts = node.value.elts if isinstance(getattr(node, "value", None), ast.Tuple) else []
    for one in [node, *parts]:
        own = [line.encode() for line in lines[one.lineno - 1:one.end_lineno]]
        own[-1] = own[-1][:one.end_col_offset]       # columns are counted in bytes
        own[0] = own[0][one.col_offset:]
        words = b" ".join(line.partition(b"  #")[0] for line in own).decode().split()
        one.words = " ".join(words).replace("( ", "(").replace("[ ", "[")


def uses_of(node: ast.AST) -> list[str]:
    """The names that a statement reads, in their order; self.weight as a whole."""
    found = []

    def visit(part):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and (
                part.value.id in ("self", "cache")):
            found.append(f"{part.value.id}.{part.attr}")
            return
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            found.append(part.id)
        for child in ast.iter_child_nodes(part):
            visit(child)

    visit(node.iter if isinstance(node, ast.For) else node)
    if isinstance(node, ast.AugAssign):
        found += [name for target in [node.target] for name in targets_of(target)]
    return list(dict.fromkeys(found))


def targets_of(node) -> list[str]:
    """The names that a statement, or its target, gives a value to."""
    match node:
        case ast.Assign():
            return [name for target in node.targets for name in targets_of(target)]
        case ast.AugAssign() | ast.AnnAssign() | ast.For():
            return targets_of(node.target)
        case ast.Tuple() | ast.List():
            return [name for part in node.elts for name in targets_of(part)]
        case ast.Starred():
            return targets_of(node.value)
        case ast.Name():
            return [node.id]
        case ast.Subscript() | ast.Attribute():
            return [name for name in uses_of(node)[:1] if not name.startswith("self")]
    return []


def in_one_line(node) -> str:
    if isinstance(node, ast.For):
        return f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
    return node.words
