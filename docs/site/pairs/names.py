"""Where the names in a source file are defined: here, in another pair, or in what both import."""
import ast
import functools
from pathlib import Path

from .facing import PACKAGES, ROOT, source
from .order import ordered

__all__ = ["anchor", "defined", "imported_pairs", "local_names", "outside", "places",
           "source_file", "used_by"]


def anchor(of: str) -> str:
    """The id of a definition on its pair's page: "A.backward" -> "def-A-backward" """
    return "def-" + of.replace(".", "-")


@functools.cache
def places(package: str, name: str) -> dict[str, tuple[str, str]]:
    """{name in this file: (pair, or module outside the pairs; name there)}"""
    tree = ast.parse(source(package, name))
    found: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            where = resolved(package, name, node)
            for alias in node.names:
                inner = f"{where}/{alias.name}".lstrip("/")
                place = (inner, "") if inner in ordered() else (where, alias.name)
                found[alias.asname or alias.name] = place
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = (name, node.name)
            if isinstance(node, ast.ClassDef):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef) and not method.name.startswith("__"):
                        found.setdefault(f".{method.name}", (name, f"{node.name}.{method.name}"))
    return found


@functools.cache
def defined(name: str) -> set[str]:
    """Functions, classes and their methods, in either file of a pair."""
    return {place[1] for package in PACKAGES for place in places(package, name).values()
            if place[0] == name and place[1]}


def resolved(package: str, name: str, node: ast.ImportFrom) -> str:
    """"layers/softmax" for a pair, "torch_impl/layers/fused" or "twinformer/checks" for others."""
    module = (node.module or "").replace(".", "/")
    if node.level:
        folder = Path(package, name).parents[node.level - 1].as_posix()
        module = f"{folder}/{module}".rstrip("/")
    inner = module.removeprefix(f"{package}/")
    return inner if inner in ordered() or (inner != module and not is_file(module)) else module


def is_file(module: str) -> bool:
    return (ROOT / f"{module}.py").is_file()


def imported_pairs(name: str) -> list[str]:
    """The pairs that the reference's file imports from, in the reader's order."""
    wanted = {pair for pair, _ in places("numpy_impl", name).values()} - {name}
    return [pair for pair in ordered() if pair in wanted]


def source_file(module: str) -> str | None:
    """"twinformer/checks" -> "twinformer/checks.py"; None for what is not of this project."""
    for path in (f"{module}.py", f"{module}/__init__.py"):
        if module.partition("/")[0] in ("twinformer", *PACKAGES) and (ROOT / path).is_file():
            return path
    return None


def outside(name: str) -> list[str]:
    """The project's files that are no pair and that either side imports from."""
    modules = {place for package in PACKAGES for place, _ in places(package, name).values()
               if place not in ordered()}
    return sorted(path for path in map(source_file, modules) if path)


def used_by(name: str) -> list[str]:
    """The pairs that import from it."""
    return [pair for pair in ordered() if name in imported_pairs(pair)]


def local_names(tree: ast.Module) -> dict[int, set[str]]:
    """{line, 1-based: names that are arguments or variables there}: they hide an import's."""
    found: dict[int, set[str]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        arguments = node.args
        own = {a.arg for a in [*arguments.args, *arguments.kwonlyargs, *arguments.posonlyargs,
                               *filter(None, [arguments.vararg, arguments.kwarg])]}
        own |= {part.id for part in ast.walk(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            found.setdefault(line, set()).update(own)
    return found
