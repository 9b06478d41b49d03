"""The life of a mutant: in a process of its own, until something notices it."""
import importlib.abc
import importlib.util
import os
import sys
import traceback
from pathlib import Path

from .known import gives
from .making import Mutant, full_name
from .modules import ROOT

__all__ = ["BY_CASES", "BY_TESTS", "NOT_RUN", "SURVIVED", "attack"]

SURVIVED, BY_CASES, BY_TESTS, NOT_RUN = range(4)

# A mutant that would take all the memory there is has been found out: when it
# asks for so many bytes more than at its start
MEMORY = 8 * 2**30


class InPlaceOf(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the mutant where its module of the reference is asked for."""

    def __init__(self, mutant: Mutant):
        self.mutant = mutant
        self.name = mutant.imported or full_name(mutant.module)

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        return importlib.util.spec_from_loader(name, self)

    def exec_module(self, module):
        code = compile(self.mutant.source, f"<{self.mutant}>", "exec")
        exec(code, vars(module))


def limit_memory(size: int = MEMORY) -> None:
    """MemoryError for this process when it asks for so many bytes more, where
    the system keeps to such a limit: on Linux."""
    try:
        import resource
        data = int(Path("/proc/self/statm").read_text().split()[5])  # pages
    except (ImportError, OSError):
        return
    most = data * resource.getpagesize() + size
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def attack(mutant: Mutant, known: str, tests: list[str], said: str) -> None:
    """The life of a mutant: import it, compare with the known results, and if
    it still stands, run the tests, with few examples and then with many.

    Of a port there are no known results, and its tests choose their examples.
    """
    limit_memory()
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, InPlaceOf(mutant))
    sys.stdout = sys.stderr = open(said, "w", buffering=1, encoding="utf-8")
    root = mutant.root or str(ROOT)
    os.chdir(root)
    sys.path.insert(0, root)
    try:
        if known and not gives(known, mutant.module):
            print("other results than the twin's")
            os._exit(BY_CASES)
    except Exception:  # whatever it breaks
        traceback.print_exc()
        os._exit(BY_CASES)
    import pytest
    profiles = ["--hypothesis-profile=quick", "--hypothesis-profile=thorough"]
    for profile in [""] if mutant.root else profiles:
        code = pytest.main([
            "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W",
            "ignore", *filter(None, [profile]), *tests])
        if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
            os._exit(NOT_RUN)
        if code:  # an error inside pytest as well, which runs out of memory, too
            os._exit(BY_TESTS)
        for name in list(sys.modules):  # settings are fixed at import
            if name.startswith(("parity_tests", "tests")):
                del sys.modules[name]
    os._exit(SURVIVED)
