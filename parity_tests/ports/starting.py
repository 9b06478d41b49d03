"""Begin a port: the reference's files with their signatures, shapes and formulas,
and empty bodies. Nothing of an answer is in them: a backward keeps no more of
its docstring than the shapes.
"""
import ast
import importlib.util
import re
from pathlib import Path

from ..components import COMPONENTS

__all__ = ["stub", "write_port"]

ROOMS = list(dict.fromkeys(part.room for part in COMPONENTS))
GIVEN = ("__init__", "extra_repr")  # methods whose body says what a layer has
ABOUT = '''"""A port of numpy_impl, to be filled in.

    twinformer parity --package ./{name} --watch

Bodies that raise NotImplementedError are not tried; write one, save, and read
what the table says. Begin with layers/activations.py, then softmax, linear, norm:
later files are built on earlier ones. y, cache = forward(x) keeps in its cache
what backward(dy, cache) needs; gradients of parameters are added to (+=)
self.grads["weight"]. The derivations are in docs/derivations of twinformer.
"""
'''


def write_port(path: Path, only_backward: bool = False) -> list[Path]:
    """Write a package to fill in, and return its files.

    Raises
    ------
    ValueError
        If the name is no name of a package, or something is there already.
    """
    if not path.name.isidentifier():
        raise ValueError(f"{path.name!r} cannot be imported: a package's name has "
                         f"letters, digits and _, and begins with a letter")
    if importlib.util.find_spec(path.name) is not None:
        raise ValueError(f"{path.name} is a package that is installed: beside it, a port of "
                         f"that name would stand in its way; choose another")
    if path.exists():
        raise ValueError(f"{path} is there already: nothing was written")
    import numpy_impl
    reference = Path(numpy_impl.__path__[0])
    texts = {Path("__init__.py"): ABOUT.format(name=path.name)}
    for room in ROOMS:
        file = Path(*room.split(".")).with_suffix(".py")
        texts[file] = stub(room, (reference / file).read_text(encoding="utf-8"),
                           only_backward)
        texts.setdefault(file.parent / "__init__.py", "")
    for file, text in texts.items():
        (path / file).parent.mkdir(parents=True, exist_ok=True)
        (path / file).write_text(text, encoding="utf-8")
    return [path / file for file in texts if texts[file]]


def stub(room: str, source: str, only_backward: bool) -> str:
    """A file of the reference without its answers."""
    source = emptied(source, only_backward)
    while (shorter := without_unused(source)) != source:
        source = shorter
    source = with_imports(room, source)
    return re.sub(r"\n{4,}", "\n\n\n", source).rstrip() + "\n"


def emptied(source: str, only_backward: bool) -> str:
    """Every body, or that of each backward alone, raises NotImplementedError."""
    lines = source.splitlines()
    for node in reversed(functions_of(ast.parse(source))):
        backward = node.name.endswith("backward")
        if node.name in GIVEN or (only_backward and not backward):
            continue
        indent = " " * (node.col_offset + 4)
        said = about(node, backward)
        said = [indent + said[0], *((indent + line if line else "")
                                    for line in said[1:])] if said else []
        lines[node.body[0].lineno - 1:node.end_lineno] = [
            *said, f"{indent}raise NotImplementedError"]
    return "\n".join(lines) + "\n"


def functions_of(tree: ast.Module) -> list[ast.FunctionDef]:
    """Functions and methods, in the order of the file."""
    inside = [node for top in tree.body if isinstance(top, ast.ClassDef)
              for node in top.body]
    found = [node for node in [*tree.body, *inside] if isinstance(node, ast.FunctionDef)]
    return sorted(found, key=lambda node: node.lineno)


def about(node: ast.FunctionDef, backward: bool) -> list[str]:
    """The lines of a docstring: whole, or of a backward the shapes alone."""
    text = ast.get_docstring(node) or ""
    if backward:
        first = text.partition("\n\n")[0]
        if "=" in first or "->" not in first:
            names = [a.arg for a in node.args.args if a.arg != "self"]
            first = (f"{', '.join(names)} -> the gradients of what the forward was "
                     f"given, each of the shape of what it belongs to.")
            first = re.sub(r"(.{60}\S*) ", r"\1\n", first, count=1)
        text = first
    if not text:
        return []
    lines = f'"""{text}'.splitlines()
    return [*lines[:-1], lines[-1] + '"""'] if len(lines) == 1 or backward \
        else [*lines, '"""']


def without_unused(source: str) -> str:
    """Without the helpers and classes that nothing left refers to."""
    tree = ast.parse(source)
    public: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and names_of(node.targets[0]) == {"__all__"}:
            public = ast.literal_eval(node.value)
    lines = source.splitlines()
    for node in reversed(tree.body):
        mine = {getattr(node, "name", "")} if not isinstance(node, ast.Assign) \
            else names_of(node.targets[0])
        if not mine - {""} or mine & {*public, "__all__"}:
            continue
        others = set().union(*(names_of(other) for other in tree.body if other is not node))
        if not mine & others:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            del lines[first - 1:node.end_lineno]
    return "\n".join(line for line in lines if not line.startswith("# --")) + "\n"


def names_of(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def with_imports(room: str, source: str) -> str:
    """Only the imports that are used; what no port has comes from numpy_impl."""
    tree = ast.parse(source)
    used = names_of(tree)
    lines = source.splitlines()
    for node in reversed(tree.body):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        node.names = [a for a in node.names
                      if (a.asname or a.name).split(".")[0] in used]
        if isinstance(node, ast.ImportFrom) and node.level:
            folders = room.split(".")[:-node.level]
            whole = ".".join([*folders, node.module or ""])
            if whole not in ROOMS:
                node.module, node.level = f"numpy_impl.{whole}", 0
        lines[node.lineno - 1:node.end_lineno] = wrapped(node) if node.names else []
    return "\n".join(lines) + "\n"


def wrapped(node: ast.stmt) -> list[str]:
    """An import in lines of at most 79 columns."""
    text = ast.unparse(node)
    if len(text) <= 79:
        return [text]
    head, _, names = text.partition(" import ")
    return [f"{head} import (", *(f"    {name.strip()}," for name in names.split(",")), ")"]
