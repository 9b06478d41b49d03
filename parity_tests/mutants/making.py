"""Every small change of a module, made through its syntax tree."""
import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .modules import ROOT

__all__ = ["Mutant", "full_name", "mutants_of", "mutants_of_port"]


class Mutant(NamedTuple):
    """One small change of one module."""
    module: str    # "layers.norm"
    line: int
    function: str  # "LayerNorm.backward"
    what: str      # "rstd * g -> rstd / g"
    source: str    # the whole module, changed
    imported: str = ""  # how a port's module is imported, and from which folder
    root: str = ""

    def __str__(self):
        return f"{self.module}:{self.line} {self.function}: {self.what}"

    @property
    def key(self):
        return self.module, f"{self.function}: {self.what}"


# -- making them -------------------------------------------------------------

SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Div: ast.Mult,
           ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult,
           ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
           ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or,
           ast.Or: ast.And}
OPPOSITE = {"max": "min", "maximum": "minimum", "sum": "mean", "mean": "sum",
            "sin": "cos", "cos": "sin"}


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Every small change of one expression or statement."""
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.MatMult):
            yield ast.BinOp(node.right, node.op, node.left)
        elif type(node.op) in SWAPPED and not is_text(node.left):
            yield ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right)
        if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
            yield node.left
            if not isinstance(node.op, ast.Sub | ast.Div):
                yield node.right
    elif isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
        if type(node.op) in SWAPPED:
            yield ast.AugAssign(node.target, SWAPPED[type(node.op)](),
                                node.value)
        yield ast.Pass()
    elif isinstance(node, ast.Attribute) and node.attr in ("mT", "T"):
        yield node.value
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        if type(node.ops[0]) in SWAPPED:
            yield ast.Compare(node.left, [SWAPPED[type(node.ops[0])]()],
                              node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(SWAPPED[type(node.op)](), node.values)
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in OPPOSITE:
            other = ast.Attribute(node.func.value, OPPOSITE[node.func.attr],
                                  ast.Load())
            yield ast.Call(other, node.args, node.keywords)
    elif (isinstance(node, ast.Constant) and type(node.value) in (int, float)):
        yield ast.Constant(node.value + 1)


def is_text(node) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str))


class Finder(ast.NodeVisitor):
    """Collects (parent, field, index, node, function) of all formulas.

    Left out: annotations, messages of errors, docstrings, `__all__`.
    """

    def __init__(self):
        self.path: list[str] = []
        self.found = []

    def visit_named(self, node):
        self.path.append(node.name)
        for index, child in enumerate(node.body):
            self.found.append((node, "body", index, child,
                               ".".join(self.path)))
            self.visit(child)
        self.path.pop()

    visit_FunctionDef = visit_ClassDef = visit_named

    def visit_Raise(self, node):
        pass

    def visit_AnnAssign(self, node):
        pass

    def visit_JoinedStr(self, node):
        pass

    def generic_visit(self, node):
        for field, value in ast.iter_fields(node):
            children = value if isinstance(value, list) else [value]
            for index, child in enumerate(children):
                if isinstance(child, ast.AST):
                    where = index if isinstance(value, list) else None
                    if not isinstance(node, ast.Expr):
                        self.found.append((node, field, where, child,
                                           ".".join(self.path)))
                    self.visit(child)


def full_name(module: str) -> str:
    """"layers.norm" -> "numpy_impl.layers.norm" """
    shared = module.startswith("twinformer.")
    return module if shared else f"numpy_impl.{module}"


def mutants_of(module: str, source: str | None = None) -> list[Mutant]:
    """All mutants of a module."""
    if source is None:
        path = ROOT.joinpath(*full_name(module).split("."))
        source = path.with_suffix(".py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    made = []
    for parent, field, index, node, function in places(tree):
        def put(new, parent=parent, field=field, index=index):
            if index is None:
                setattr(parent, field, new)
            else:
                getattr(parent, field)[index] = new
        before = ast.unparse(node)
        for after in changes(node):
            ast.fix_missing_locations(ast.copy_location(after, node))
            what = f"{before} -> {ast.unparse(after) or 'nothing'}"
            put(after)
            made.append(Mutant(module, node.lineno, function, what,
                               ast.unparse(tree)))
            put(node)
    return unique(made)


def mutants_of_port(place: Path) -> list[Mutant]:
    """All mutants of somebody's package, or single file: not of its tests."""
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    made = []
    for file in files:
        if file.name.startswith(("test_", "conftest", "__")):
            continue
        name = ".".join(file.relative_to(place.parent).with_suffix("").parts)
        made += [mutant._replace(imported=name, root=str(place.parent)) for mutant
                 in mutants_of(name, file.read_text(encoding="utf-8"))]
    return made


def places(tree) -> list:
    """Every place of a formula inside a function, and module constants."""
    finder = Finder()
    for statement in tree.body:
        if (isinstance(statement, ast.Assign)
                and getattr(statement.targets[0], "id", "") == "__all__"):
            continue
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            finder.visit(statement)
        else:
            finder.generic_visit(statement)
    return [place for place in finder.found if in_formula(place)]


def in_formula(place) -> bool:
    parent, field, _, node, _ = place
    if isinstance(parent, ast.UnaryOp):
        return False  # -1 -> 1 is change enough
    if field in ("annotation", "returns", "decorator_list", "defaults",
                 "targets", "ctx", "slice") and not isinstance(node, ast.BinOp):
        return field == "slice" and isinstance(node, ast.UnaryOp)
    return not (isinstance(parent, ast.Subscript) and field == "slice")


def unique(mutants: list[Mutant]) -> list[Mutant]:
    """Each different program once."""
    seen: dict[str, Mutant] = {}
    for mutant in mutants:
        seen.setdefault(mutant.source, mutant)
    return list(seen.values())
