"""Pages of the public names: one page a subpackage, from the stubs that declare them.

Sphinx's autodoc reads the docstrings; these pages say only which, and in which order.
"""
import ast
from pathlib import PurePosixPath

from docs.site.places import ROOT
from docs.site.words import words

__all__ = ["PACKAGES", "pages", "public_names"]

PACKAGES = ["numpy_impl", "torch_impl", "twinformer", "parity_tests"]
WHOLE = {"twinformer", "parity_tests"}  # few names: one page


def public_names(package: str) -> dict[str, list[tuple[str, str]]]:
    """{subpackage: [(module, name)]} in the order of the package's stub."""
    tree = ast.parse((ROOT / package / "__init__.pyi").read_text("utf-8"))
    found: dict[str, list[tuple[str, str]]] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            part = "" if package in WHOLE else node.module.partition(".")[0]
            module = f"{package}.{node.module}"
            found.setdefault(part, []).extend((module, each.name) for each in node.names)
    return found


def pages(language: str) -> dict[str, str]:
    say, found = words(language), {}
    lines = [f"# {say['api']}", "", say["api_intro"], ""]
    for package in PACKAGES:
        lines += [f"**{package}.** {say[f'about_{package}']}", ""]
        for part, names in public_names(package).items():
            dotted = f"{package}.{part}".rstrip(".")
            found[f"reference/api/{dotted}"] = page(dotted, package, names, language)
            shown = ", ".join(f"`{name}`" for _, name in names[:6])
            lines.append(f"- [{dotted}]({dotted}.md): {shown}{' …' * (len(names) > 6)}")
        lines.append("")
    found["reference/api/index"] = "\n".join(lines)
    return found


def page(dotted: str, package: str, names: list[tuple[str, str]], language: str) -> str:
    say = words(language)
    parts = [f"# {dotted}", f"`from {package} import ...`", say["api_english"]]
    modules: dict[str, list[str]] = {}
    for module, name in names:
        modules.setdefault(module, []).append(name)
    for module, members in modules.items():
        path = f"{module.replace('.', '/')}.py"
        if not (ROOT / path).is_file():
            path = f"{module.replace('.', '/')}/__init__.py"
        parts.append(f"## {PurePosixPath(path).stem.replace('_', ' ')}")
        parts.append(f"[`{path}`](repo:{path})")
        lines = [line for name in members for line in directive(module, name)]
        parts.append("```{eval-rst}\n" + "\n".join(lines) + "\n```")
    return "\n\n".join(part for part in parts if part) + "\n"


def directive(module: str, name: str) -> list[str]:
    """autodoc's directive for a name, by what its source says it is."""
    kind = kind_of(module, name)
    if kind == "data":  # a number, or another library's name: its docstring is not ours
        return [f".. py:data:: {module}.{name}", ""]
    lines = [f".. auto{kind}:: {module}.{name}"]
    if kind == "class":
        lines.append("   :members:")
    return [*lines, ""]


def kind_of(module: str, name: str) -> str:
    path = ROOT / module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in ast.parse(path.read_text("utf-8")).body:
        if getattr(node, "name", None) == name:
            return "class" if isinstance(node, ast.ClassDef) else "function"
    return "data"
