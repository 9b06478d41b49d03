"""The life of a mutant: in a process of its own, until something notices it."""
import functools
import importlib.abc
import importlib.util
import multiprocessing
import os
import sys
import time
from pathlib import Path

from .known import gives
from .making import Mutant, full_name
from .modules import ROOT, SECOND

__all__ = ["BY_CASES", "BY_TESTS", "NOT_RUN", "SURVIVED", "original", "own_tests",
           "patience", "tried"]

# A mutant that hangs has been found out, too: one that takes so many times as
# long as the module itself, and so many seconds more
SLOWER, PATIENCE = 4, 30

SURVIVED, BY_CASES, BY_TESTS, NOT_RUN = range(4)


def own_tests(module: str) -> list[str]:
    """pytest's arguments: the test file of a module, those that see it as a
    part, and of the proofs those of its components."""
    from ..components import COMPONENTS
    *folders, file = module.split(".")
    root = "parity_tests"
    if folders[:1] == ["twinformer"]:
        root, folders = "tests", folders[1:]
    own = "/".join([root, *folders, f"test_{file}.py"])
    tests = [own] if (ROOT / own).exists() else []
    tests += SECOND.get(module, [])
    if any(part.room == module for part in COMPONENTS):
        tests += ["parity_tests/test_components.py",
                  "-k", f"not test_component or {module}."]
    return tests


def original(mutant: Mutant) -> Mutant:
    """The module as it is: what survives everything, if its tests are green."""
    name = mutant.imported or full_name(mutant.module)
    path = Path(mutant.root or ROOT, *name.split(".")).with_suffix(".py")
    return mutant._replace(line=0, function="", what="nothing -> nothing",
                           source=path.read_text(encoding="utf-8"))


PATIENT: dict[str, float] = {}  # seconds, by module


def patience(mutant: Mutant, known: str, tests: list[str] | None = None) -> float:
    """How many seconds a mutant is given: as its module takes, and some more.

    Raises
    ------
    ValueError
        If the tests are red for the module itself.
    """
    if mutant.module not in PATIENT:
        began = time.perf_counter()
        if tried(original(mutant), known, tests, seconds=None) != SURVIVED:
            raise ValueError(f"the tests of {mutant.module} fail without any mutant")
        PATIENT[mutant.module] = SLOWER * (time.perf_counter() - began) + PATIENCE
    return PATIENT[mutant.module]


def tried(mutant: Mutant, known: str, tests: list[str] | None = None,
          seconds: float | None = 600) -> int:
    """SURVIVED, or what killed it; in a process of its own.

    known : the file of `write_known_results`, or ""
    tests : arguments of pytest, instead of those of the module
    seconds : after which it counts as hanging; None: never
    """
    process = server().Process(
        target=attack, args=(mutant, known, tests or own_tests(mutant.module)))
    process.start()
    process.join(seconds)
    if process.exitcode is None:  # it hangs, and so has been found out
        process.kill()
        process.join()
        return BY_TESTS
    if process.exitcode == NOT_RUN:
        raise RuntimeError(f"pytest did not run for {mutant}")
    return process.exitcode if process.exitcode in (SURVIVED, BY_CASES) \
        else BY_TESTS


@functools.cache
def server():
    """Makes processes that have torch already; on Windows they import it."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["torch", "torch._dynamo", "pytest", "hypothesis.extra.numpy",
         "hypothesis.strategies", "threadpoolctl"])
    return context


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


def attack(mutant: Mutant, known: str, tests: list[str]) -> None:
    """The life of a mutant: import it, compare with the known results, and if
    it still stands, run the tests, with few examples and then with many.

    Of a port there are no known results, and its tests choose their examples.
    """
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, InPlaceOf(mutant))
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")
    root = mutant.root or str(ROOT)
    os.chdir(root)
    sys.path.insert(0, root)
    try:
        if known and not gives(known, mutant.module):
            os._exit(BY_CASES)
    except Exception:  # whatever it breaks
        os._exit(BY_CASES)
    import pytest
    profiles = ["--hypothesis-profile=quick", "--hypothesis-profile=thorough"]
    for profile in [""] if mutant.root else profiles:
        code = pytest.main([
            "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W",
            "ignore", *filter(None, [profile]), *tests])
        if code not in (0, 1, 2):
            os._exit(NOT_RUN)
        if code:
            os._exit(BY_TESTS)
        for name in list(sys.modules):  # settings are fixed at import
            if name.startswith(("parity_tests", "tests")):
                del sys.modules[name]
    os._exit(SURVIVED)
