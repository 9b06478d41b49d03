"""A mutant is tried: in a process of its own, for as long as its module takes."""
import functools
import multiprocessing
import os
import tempfile
import threading
import time
from multiprocessing.connection import wait
from pathlib import Path

from .attacking import BY_CASES, BY_TESTS, NOT_RUN, SURVIVED, attack
from .making import Mutant, full_name
from .modules import ROOT, SECOND

__all__ = ["BY_CASES", "BY_TESTS", "NOT_RUN", "SURVIVED", "original", "own_tests",
           "patience", "tried"]

# A mutant that hangs has been found out, too: one that takes so many times as
# long as the module itself, and so many seconds more
SLOWER, PATIENCE = 4, 30

# When a process starts, Python also asks how the others ended, which can be read
# once: of two threads that ask of the same one at the same time, the second gets
# 255, and a mutant that survived would be taken for one that did not
ONE_AT_A_TIME = threading.Lock()


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
ASKING = threading.Lock()


def patience(mutant: Mutant, known: str, tests: list[str] | None = None) -> float:
    """How many seconds a mutant is given: as its module takes, and some more.

    Raises
    ------
    ValueError
        If the tests are red for the module itself; with what pytest said last.
    """
    if mutant.module in PATIENT:
        return PATIENT[mutant.module]
    with ASKING, tempfile.TemporaryDirectory() as folder:
        if mutant.module not in PATIENT:  # another thread may have asked meanwhile
            said = Path(folder, "said")
            said.touch()
            began = time.perf_counter()
            code = ended(original(mutant), known, tests, None, said)
            if code != SURVIVED:
                lines = said.read_text("utf-8", errors="replace").splitlines()
                raise ValueError("\n".join([
                    f"the tests of {mutant.module} fail without any mutant: their process "
                    f"ended with {code}, and said", *lines[-40:]]))
            PATIENT[mutant.module] = SLOWER * (time.perf_counter() - began) + PATIENCE
    return PATIENT[mutant.module]


def tried(mutant: Mutant, known: str, tests: list[str] | None = None,
          seconds: float | None = 600) -> int:
    """SURVIVED, or what killed it; in a process of its own.

    known : the file of `write_known_results`, or ""
    tests : arguments of pytest, instead of those of the module
    seconds : after which it counts as hanging; None: never
    """
    code = ended(mutant, known, tests, seconds)
    if code == NOT_RUN:
        raise RuntimeError(f"pytest did not run for {mutant}")
    return code if code in (SURVIVED, BY_CASES) else BY_TESTS


def ended(mutant: Mutant, known: str, tests: list[str] | None,
          seconds: float | None, said: str | os.PathLike = os.devnull) -> int | None:
    """How the process of a mutant ended, None if it had to be stopped; what it
    prints goes to the file `said`."""
    process = server().Process(target=attack, args=(
        mutant, known, tests or own_tests(mutant.module), os.fspath(said)))
    with ONE_AT_A_TIME:
        process.start()
    wait([process.sentinel], seconds)  # which reads nothing
    with ONE_AT_A_TIME:
        code = process.exitcode
        if code is None:
            process.kill()
        process.join()
    return code


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
