"""Where a package keeps a class or function, and by which contract it works."""
import importlib
from types import ModuleType

import torch

__all__ = ["AbsentError", "found", "is_torch"]


class AbsentError(LookupError):
    """The package does not have it."""


def found(package: str, room: str, name: str):
    """What the package calls `name`: in the reference's file (layers/norm.py),
    in one of the same name beside the package's others (norm.py), or at the
    top, where a port that is one file has everything.

    Raises
    ------
    AbsentError
        If it is in none of them.
    ModuleNotFoundError
        If one of the files imports something that is not installed.
    """
    last = room.rpartition(".")[2]
    for place in dict.fromkeys((f"{package}.{room}", f"{package}.{last}", package)):
        module = imported(place)
        if module is not None and hasattr(module, name):
            return getattr(module, name)
    raise AbsentError(f"{package} has no {name}")


def imported(place: str) -> ModuleType | None:
    """The module, or None if there is none of that name."""
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError as problem:
        if problem.name and f"{place}.".startswith(f"{problem.name}."):
            return None
        raise  # it is there, and misses something itself


def is_torch(thing, backward=None) -> bool:
    """Whether autograd differentiates it: a torch Module, or a function without
    a backward of its own that calls torch, or whose file knows torch alone."""
    if isinstance(thing, type):
        return issubclass(thing, torch.nn.Module)
    if backward is not None:
        return False
    known = getattr(thing, "__globals__", {})
    called = getattr(getattr(thing, "__code__", None), "co_names", ())
    for names in ({name: known.get(name) for name in called}, known):
        libraries = {getattr(module, "__name__", "").partition(".")[0]
                     for module in names.values() if isinstance(module, ModuleType)}
        if libraries & {"torch", "numpy"}:
            return "numpy" not in libraries
    return False
