"""What turns one model into another: the difference of their constructors, line by line.

    python -m docs.compositions numpy_impl/models/llama.py numpy_impl/models/qwen3.py
    python -m docs.compositions torch_impl/models/gpt2.py:forward torch_impl/models/bert.py:forward
    python -m docs.compositions --pages

A model is its composition: which layers, of which sizes, in which order. So the diff of two of
them is what the one architecture changed in the other. Where too much differs, a method's name
behind the file takes that method alone. The last command writes all diffs of docs/from-gpt-2
anew, those of its Chinese pages too, after a model file was changed.
"""
import ast
import difflib
import re
import sys
from pathlib import Path

from twinformer.io.files import write_atomically

__all__ = ["DIFF", "FOLDERS", "composition", "difference", "renewed"]

ROOT = Path(__file__).parents[1]
FOLDERS = ("docs/from-gpt-2", "docs/zh/from-gpt-2")
DIFF = re.compile(r"(?<=^```diff\n)--- (\S+)\n\+\+\+ (\S+)\n.*?(?=^```$)", re.M | re.S)


def composition(place: str) -> list[str]:
    """The lines of the first class of a file, but for its docstring; of "file:method", the
    method's.

    Raises
    ------
    ValueError
        If the file defines no class, or the class no such method.
    """
    path, _, method = place.partition(":")
    source = (ROOT / path).read_text("utf-8")
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    if not classes:
        raise ValueError(f"expected a file that defines a model, got {path}, which has no class; "
                         f"the models are in numpy_impl/models and torch_impl/models")
    node: ast.ClassDef | ast.FunctionDef = classes[0]
    if method:
        methods = {node.name: node for node in classes[0].body
                   if isinstance(node, ast.FunctionDef)}
        if method not in methods:
            raise ValueError(f"expected a method of {classes[0].name}, one of "
                             f"{', '.join(methods)}, got {method!r}")
        node = methods[method]
    lines = source.splitlines()
    start, first = node.lineno - 1, node.body[0].lineno - 1
    if ast.get_docstring(node) is None:
        return cut(lines[start:node.end_lineno], node.col_offset)
    after = node.body[1].lineno - 1  # what follows the docstring
    return cut(lines[start:first] + lines[after:node.end_lineno], node.col_offset)


def cut(lines: list[str], indentation: int) -> list[str]:
    """The lines without so many spaces before them."""
    return [line[indentation:] for line in lines]


def difference(before: str, after: str) -> str:
    """All lines of both; "-" marks those of `before` alone, "+" those of `after` alone.

    A unified diff that leaves nothing out, and so needs no line numbers.
    """
    old, new = composition(before), composition(after)
    _, _, _, *lines = difflib.unified_diff(old, new, n=len(old) + len(new), lineterm="")
    return "\n".join([f"--- {before}", f"+++ {after}", *map(str.rstrip, lines)]) + "\n"


def renewed(page: str) -> str:
    """A page's text with its diffs as they are today."""
    return DIFF.sub(lambda block: difference(*block.groups()), page)


def main(arguments: list[str]) -> int:
    try:
        if arguments == ["--pages"]:
            for folder in FOLDERS:
                for path in sorted((ROOT / folder).glob("*.md")):
                    write_atomically(path, renewed(path.read_text("utf-8")))
        elif len(arguments) == 2:
            print(difference(*arguments), end="")
        else:
            print(__doc__.strip(), file=sys.stderr)
            return 2
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
