"""What is to be written is not to be called: libraries that have the answer.

A file is read first, and told of the line; what it imports in another way, or by a file that
lies beside it, is noticed while it runs. That is for those who learn, it is no sandbox.
"""
import ast
import builtins
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..exercise import Exercise
from ..verdict import Verdict
from ..words import said

__all__ = ["borrowed", "refusal", "watched"]

ANSWERED = {"numpy_impl", "torch_impl", "twinformer", "parity_tests", "torch", "scipy", "sklearn",
            "jax", "flax", "tensorflow", "keras", "transformers", "peft", "trl", "tiktoken",
            "tokenizers", "safetensors", "autograd", "tinygrad", "mlx", "cupy"}
BY_NAME = ("import_module", "__import__", "modules")
KINDS = ("write", "backward")   # where a fault is looked for, or a number, all may be used


def borrowed(exercise: Exercise, file: Path, language: str) -> Verdict | None:
    """The verdict of a file that imports what has the answer; None of one that does not."""
    try:
        source = file.read_text(encoding="utf-8")
        found = list(imported(ast.parse(source)))
    except (OSError, SyntaxError, ValueError):
        return None     # whoever loads it says so
    for number, library, names in found:
        if not may(exercise, library, names):
            where = said("in line", language, file=file.name, line=number,
                         code=source.splitlines()[number - 1].strip())
            return refusal(exercise, library, language, where)
    return None


def refusal(exercise: Exercise, library: str, language: str, where: str = "") -> Verdict:
    """What is said of it, and what may be used."""
    lines = [where + said("borrowed", language, library=library)]
    if given := [f"{library}.{name}" for library, name in sorted(given_by(exercise))]:
        lines.append(said("given", language, names=", ".join(given)))
    return Verdict("wrong", lines)


def may(exercise: Exercise, library: str, names: list[str]) -> bool:
    """Whether the file may import these names of it; no name: the library as a whole."""
    return (exercise.kind not in KINDS or library.partition(".")[0] not in ANSWERED
            or (bool(names) and {(library, name) for name in names} <= given_by(exercise)))


def given_by(exercise: Exercise) -> set[tuple[str, str]]:
    """(library, name) of what the file to be filled in has from such a library."""
    return {(library, name) for _, library, names in imported(ast.parse(exercise.solution()))
            for name in names if library.partition(".")[0] in ANSWERED}


def imported(tree: ast.AST) -> Iterator[tuple[int, str, list[str]]]:
    """(line, module, names) of each import, `import_module("torch")` and
    `sys.modules["torch"]` among them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield node.lineno, one.name, []
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module, [one.name for one in node.names]
        elif isinstance(node, ast.Call | ast.Subscript):
            called = node.func if isinstance(node, ast.Call) else node.value
            asked = node.args[0] if isinstance(node, ast.Call) and node.args else getattr(
                node, "slice", None)
            if ast.unparse(called).rpartition(".")[2] in BY_NAME \
                    and isinstance(asked, ast.Constant) and isinstance(asked.value, str):
                yield node.lineno, asked.value, []


@contextmanager
def watched(exercise: Exercise, folder: Path) -> Iterator[list[str]]:
    """While it lasts, files of this folder cannot import what has the answer.

    Yields the libraries that they tried to, as a list that grows.
    """
    tried: list[str] = []

    def watching(importing: Callable) -> Callable:
        def called(name, *others, **more):
            fields = sys._getframe(1).f_globals
            names = list((others[2] if len(others) > 2 else more.get("fromlist")) or [])
            if Path(fields.get("__file__") or ".").parent == folder \
                    and not may(exercise, name, names):
                tried.append(name)
                raise ImportError(f"{name} is not to be used in this exercise")
            return importing(name, *others, **more)
        return called

    plain: tuple[Any, Any] = builtins.__import__, importlib.import_module
    builtins.__import__, importlib.import_module = map(watching, plain)
    try:
        yield tried
    finally:
        builtins.__import__, importlib.import_module = plain
