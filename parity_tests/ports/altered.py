"""The reference, changed: a package that differs from numpy_impl in a few lines,
and is imported beside it; nothing on the disk is touched.
"""
import importlib.abc
import importlib.util
import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

__all__ = ["altered"]

COUNT = itertools.count()


@contextmanager
def altered(changes) -> Iterator[str]:
    """A package that is the reference but for some files, importable inside
    the context.

    changes : {module: source}, or (module, old, new) ...
    """
    import numpy_impl

    folder = Path(numpy_impl.__path__[0])
    sources = changes if isinstance(changes, dict) else replaced(folder, changes)
    name = f"numpy_impl_changed_{next(COUNT)}"
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package
    finder = Changed(name, sources)
    sys.meta_path.insert(0, finder)
    try:
        yield name
    finally:
        sys.meta_path.remove(finder)
        for module in [m for m in sys.modules if f"{m}.".startswith(f"{name}.")]:
            del sys.modules[module]


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the changed files of a package; others are found as always."""

    def __init__(self, package: str, sources: dict[str, str]):
        self.sources = {f"{package}.{room}": text for room, text in sources.items()}

    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            return importlib.util.spec_from_loader(name, self)
        return None

    def exec_module(self, module):
        name = module.__name__
        exec(compile(self.sources[name], f"<{name}>", "exec"), vars(module))


def replaced(folder: Path, changes) -> dict[str, str]:
    """{module: source} after (module, old, new) ...; each old stands there."""
    sources: dict[str, str] = {}
    for room, old, new in changes:
        if room not in sources:
            file = folder.joinpath(*room.split(".")).with_suffix(".py")
            sources[room] = file.read_text(encoding="utf-8")
        if old not in sources[room]:
            raise ValueError(f"numpy_impl/{room.replace('.', '/')}.py has no {old!r}")
        sources[room] = sources[room].replace(old, new, 1)
    return sources
