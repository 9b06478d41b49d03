"""The package that is meant: the one of the working folder before an installed
one of the same name, or a refusal that says so.
"""
import ast
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

__all__ = ["folder_of", "import_port", "place_of_port"]


def import_port(given: str) -> str:
    """Import a port, and return the name under which it can be imported.

    given : str
        A package or a single file of the working folder, with or without ./
        and .py; or else the name of an installed package.

    Raises
    ------
    ValueError
        If there is none, if it cannot be imported, or if an installed package
        of the same name would be tested in its stead.
    """
    place = place_of_port(given)
    try:
        if place is not None:
            return from_place(place)
        if all(part.isidentifier() for part in given.split(".")):
            importlib.import_module(given)
            return given
    except (ImportError, SyntaxError) as problem:
        if not (isinstance(problem, ModuleNotFoundError) and problem.name
                and f"{given}.".startswith(f"{problem.name}.")):
            raise ValueError(f"{given} cannot be imported: {place_of(problem)}"
                             f"{type(problem).__name__}: {problem}") from problem
    raise ValueError(
        f"there is no package {given!r}: no folder or file of that name in "
        f"{Path.cwd()}, and none is installed; twinformer parity --new NAME begins one")


def place_of_port(given: str) -> Path | None:
    """The folder or file of the working folder that is meant; None: an
    installed package."""
    dotted = Path(*given.split(".")) if given.replace(".", "").isidentifier() else None
    for path in (Path(given), dotted):
        for place in (path, path.with_suffix(".py")) if path and path.name else ():
            if place.is_dir() or place.is_file():
                return place.resolve()
    return None


def from_place(place: Path) -> str:
    """Import this very folder or file; under another name, where its own is
    that of another package."""
    name, parent = place.stem, str(place.parent)
    other = place_of_package(name)
    if other is None or other == place:
        if parent not in sys.path:
            sys.path.insert(0, parent)
        importlib.invalidate_caches()
        importlib.import_module(name)
        return name
    if mentions(place, name):
        raise ValueError(
            f"{place}: its files import {name!r} by name, and that is the package "
            f"of {other}; give the folder another name, or import from `.`")
    alias = f"{name}_in_{place.parent.name or 'root'}".replace("-", "_")
    return load_as(alias, place)


def place_of_package(name: str) -> Path | None:
    """Where a package of that name is imported from now."""
    try:
        spec = importlib.util.find_spec(name)
    except ValueError:  # a module without a spec
        return Path(str(getattr(sys.modules[name], "__file__", name)))
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).resolve()
    return Path(spec.origin or name).resolve()


def mentions(place: Path, name: str) -> bool:
    """Whether files of a package import it by its own name."""
    for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] \
                if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            if any(f"{found}.".startswith(f"{name}.") for found in names):
                return True
    return False


def load_as(name: str, place: Path) -> str:
    """Import a folder or file under a name of our choice."""
    file = place / "__init__.py" if place.is_dir() else place
    if not file.exists():  # a folder of files without __init__
        module = ModuleType(name)
        module.__path__ = [str(place)]
        sys.modules[name] = module
        return name
    spec = importlib.util.spec_from_file_location(
        name, file,
        submodule_search_locations=[str(place)] if place.is_dir() else None)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return name


def folder_of(package: str) -> Path:
    """Where an imported package, or a single file, lies."""
    module = importlib.import_module(package)
    paths = list(getattr(module, "__path__", []))
    return Path(paths[0] if paths else module.__file__ or ".").resolve()


def place_of(problem: Exception) -> str:
    """"norm.py:12: ", where that is known."""
    if isinstance(problem, SyntaxError) and problem.filename:
        return f"{problem.filename}:{problem.lineno}: "
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    file = trace.tb_frame.f_code.co_filename if trace else ""
    return f"{file}:{trace.tb_lineno}: " if trace and "importlib" not in file else ""
