"""What turns one model into another: the difference of their constructors, line by line.

    python -m docs.compositions numpy_impl/models/llama.py numpy_impl/models/qwen3.py
    python -m docs.compositions --pages

A model is its composition: which layers, of which sizes, in which order. So the diff of two of
them is what the one architecture changed in the other. The second command writes all diffs of
docs/from-gpt-2 anew, after a model file was changed.
"""
import ast
import difflib
import re
import sys
from pathlib import Path

from twinformer.io.files import write_atomically

__all__ = ["DIFF", "composition", "difference", "renewed"]

ROOT = Path(__file__).parents[1]
DIFF = re.compile(r"(?<=^```diff\n)--- (\S+)\n\+\+\+ (\S+)\n.*?(?=^```$)", re.M | re.S)


def composition(path: str) -> list[str]:
    """The lines of the first class of a file, but for its docstring.

    Raises
    ------
    ValueError
        If the file defines no class.
    """
    source = (ROOT / path).read_text("utf-8")
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    if not classes:
        raise ValueError(f"expected a file that defines a model, got {path}, which has no class; "
                         f"the models are in numpy_impl/models and torch_impl/models")
    model, lines = classes[0], source.splitlines()
    first = model.body[ast.get_docstring(model) is not None]  # what follows the docstring
    return [lines[model.lineno - 1], *lines[first.lineno - 1:model.end_lineno]]


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
            for path in sorted(ROOT.glob("docs/from-gpt-2/*.md")):
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
