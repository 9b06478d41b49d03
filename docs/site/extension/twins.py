"""A part of a pair, in two columns, without its docstrings: {twins} layers/norm LayerNorm

    ```{twins} layers/norm LayerNorm.forward LayerNorm.backward
    ```

shows these methods as both files have them; what a file has not, is not shown there.
"""
import ast
import textwrap

from docutils import nodes

from docs.site.extension.directives import Booklike
from docs.site.places import ROOT

__all__ = ["excerpt", "setup"]


def excerpt(path, names: list[str]) -> str:
    """The source of these functions and methods, without docstrings and indentation."""
    source = path.read_text("utf-8")
    lines, found = source.splitlines(), []
    for name in names:
        node = look_up(ast.parse(source), name.split("."))
        if node is None:
            continue
        kept = lines[node.lineno - 1:node.end_lineno]
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            kept = (lines[node.lineno - 1:first.lineno - 1]
                    + lines[first.end_lineno:node.end_lineno])
        found.append(textwrap.dedent("\n".join(kept)))
    return "\n\n".join(found)


def look_up(tree: ast.AST, names: list[str]):
    """The definition of a dotted name; None if there is none."""
    for name in names:
        tree = next((node for node in getattr(tree, "body", [])
                     if getattr(node, "name", None) == name), None)
        if tree is None:
            return None
    return tree


class Twins(Booklike):
    """Two columns, one for each package."""
    optional_arguments = 9

    def run(self):
        name, *parts = self.arguments
        both = nodes.container(classes=["twins"])
        for package in ("numpy_impl", "torch_impl"):
            path = ROOT / package / f"{name}.py"
            self.env.note_dependency(str(path))
            if not (text := excerpt(path, parts)):
                raise self.error(f"expected names that {package}/{name}.py defines, got {parts}")
            column = nodes.container(classes=["twin", package])
            column += nodes.raw("", f'<p><a href="{self.link(f"pairs/{name}")}">'
                                f"<code>{package}/{name}.py</code></a></p>", format="html")
            column += nodes.literal_block(text, text, language="python")
            both += column
        return [both]


def setup(app):
    app.add_directive("twins", Twins)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
