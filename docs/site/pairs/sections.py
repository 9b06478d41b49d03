"""A source file cut into the pieces that a reader folds and unfolds: names, docstrings, forward,
backward, and the rest."""
import ast
from dataclasses import dataclass

__all__ = ["Section", "sections"]

HELPERS = {"__init__", "extra_repr", "__repr__", "__len__", "__iter__", "__getitem__"}


@dataclass(frozen=True)
class Section:
    """Some lines that follow one another, 0-based, `stop` excluded.

    kind : "names" (imports, constants), "docstring", "forward", "backward" or "rest"
    of : "LayerNorm.backward", "" for the module
    """

    kind: str
    of: str
    start: int
    stop: int


def sections(source: str) -> list[Section]:
    """All lines of a file, each in one section, in their order."""
    tree, count = ast.parse(source), len(source.splitlines())
    public = exported(tree)
    marks: list[tuple[int, str, str]] = []   # where a section begins: (line, kind, of)

    def enter(node, kind: str, of: str) -> None:
        """Mark the docstring of a module, class or function, and what follows it."""
        first = node.body[0]
        if ast.get_docstring(node) is None:
            return
        marks.append((first.lineno - 1, "docstring", of))
        marks.append((first.end_lineno, kind, of))

    def walk(nodes, prefix: str) -> None:
        for node in nodes:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef):
                if not prefix and isinstance(node, ast.Assign | ast.AnnAssign | ast.Import
                                             | ast.ImportFrom):
                    marks.append((node.lineno - 1, "names", ""))
                continue
            of = prefix + node.name
            kind = kind_of(node, prefix, public)
            begin = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
            marks.append((begin, kind, of))
            enter(node, kind, of)
            if isinstance(node, ast.ClassDef):
                walk(node.body, of + ".")

    enter(tree, "names", "")
    walk(tree.body, "")
    return joined(sorted(marks, key=lambda mark: mark[0]), count)


def exported(tree: ast.Module) -> set[str]:
    """The names in __all__."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def kind_of(node, prefix: str, public: set[str]) -> str:
    """What a reader comes for, or what surrounds it."""
    if "backward" in node.name:
        return "backward"
    if isinstance(node, ast.ClassDef):
        return "rest"
    if prefix:
        owner = prefix.partition(".")[0]
        return "rest" if node.name in HELPERS or owner not in public else "forward"
    return "forward" if node.name in public else "rest"


def joined(marks, count: int) -> list[Section]:
    """Sections from where they begin; neighbours that are one are made one."""
    found: list[Section] = []
    marks = [(0, "names", ""), *marks]
    for (start, kind, of), (stop, *_) in zip(marks, [*marks[1:], (count, "", "")]):
        if start == stop:
            continue
        last = found[-1] if found else None
        if last and (last.kind, last.of) == (kind, of):
            found[-1] = Section(kind, of, last.start, stop)
        else:
            found.append(Section(kind, of, start, stop))
    return found
