"""A handful of mutants, every day; all of them by `python -m
parity_tests.mutants`, whose last result is benchmarks/results/mutants.md."""
import contextlib
import multiprocessing
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .mutants.__main__ import is_to_be_tried
from .mutants import trying
from .mutants import (
    BY_CASES, BY_TESTS, EQUIVALENT, MODULES, NO_MATHEMATICS, ROOT, SURVIVED,
    Journal, Mutant, mutants_of, own_tests, tried, write_known_results,
)


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("known") / "results")
    write_known_results(path, cases=2)
    return path


# a term, a factor, a transpose, a sign, += and a constant, in backwards
SAMPLE = [
    ("layers.norm", "g - via_mean - via_var -> g - via_mean"),
    ("layers.softmax", "p * (dp - (dp * p).sum(-1, keepdims=True)) -> "
                       "dp - (dp * p).sum(-1, keepdims=True)"),
    ("layers.flash_attention", "dscores.mT -> dscores"),
    ("layers.activations", "1 + x * (1 - s) * dv_dx -> 1"),
    ("layers.embedding", "table[found] += np.add.reduceat(rows, starts) -> "
                         "table[found] = np.add.reduceat(rows, starts)"),
    ("layers.block", "x + h -> x"),
]


def sampled():
    for module, what in SAMPLE:
        yield next(m for m in mutants_of(module) if m.what == what)


@pytest.mark.parametrize("mutant", list(sampled()), ids=str)
def test_a_mutant_is_killed(mutant, known):
    assert tried(mutant, known) in (BY_CASES, BY_TESTS)


def test_the_tests_kill_what_the_cases_let_through(known):
    """An error message's condition, which no sound case reaches."""
    mutant = next(m for m in mutants_of("twinformer.checks")
                  if m.function == "check_rate" and m.what == "1 -> 2")
    assert tried(mutant, known) == BY_TESTS


def test_the_reference_itself_survives(known):
    path = ROOT / "numpy_impl" / "layers" / "linear.py"
    sound = Mutant("layers.linear", 0, "", "", path.read_text("utf-8"))
    assert tried(sound, known) == SURVIVED


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux alone keeps to it")
def test_a_mutant_without_end_is_given_no_more_memory():
    """It asks for 64 GiB, which it never touches, and which Linux would promise."""
    test = "parity_tests/layers/test_linear.py"
    source = (ROOT / "numpy_impl" / "layers" / "linear.py").read_text("utf-8")
    source += f"\nMUCH = [np.empty({2**30}, np.uint8) for _ in range(64)]\n"
    for sizes, verdict in ((64, BY_TESTS), (4, SURVIVED)):
        mutant = Mutant("layers.linear", 0, "", "",
                        source.replace("range(64)", f"range({sizes})"))
        assert tried(mutant, "", [test, "-k", "two_uses"]) == verdict


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(),
                    reason="elsewhere it can be read as often as one likes")
def test_one_thread_at_a_time_reads_how_a_process_ended(monkeypatch):
    """Of two the second would find nothing there, and take it for "by tests"."""
    from multiprocessing.popen_forkserver import Popen
    alone = []

    def watched(name, method):
        def watching(*arguments):
            alone.append((name, trying.ONE_AT_A_TIME.locked()))
            return method(*arguments)
        monkeypatch.setattr(Popen, name, watching)
    watched("poll", Popen.poll)
    watched("__init__", Popen.__init__)  # a start, which polls the others
    broken = Mutant("layers.norm", 0, "", "", "1 / 0")
    assert tried(broken, "no such file") == BY_CASES
    assert set(alone) == {("__init__", True), ("poll", True)}


def test_a_module_is_measured_once_by_all_threads(monkeypatch):
    both, measured = threading.Barrier(2), []

    def ended(mutant, *others):
        measured.append(mutant.module)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(timeout=0.5)  # for a second thread that measures as well
        return SURVIVED
    monkeypatch.setattr(trying, "ended", ended)
    monkeypatch.setattr(trying, "PATIENT", {})
    mutant = mutants_of("layers.norm")[0]
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(trying.patience, [mutant] * 2, [""] * 2)
    assert measured == ["layers.norm"] and first == second > trying.PATIENCE


def test_what_a_formula_becomes():
    source = ("import x\nA = 2\n\n\n"
              "def f(a, b):\n"
              "    y = a @ b.T - 3 * a\n"
              "    y += b\n"
              "    return y if a > 0 else -y\n")
    assert [m.what for m in mutants_of("m", source)] == [
        "2 -> 3",
        "a @ b.T - 3 * a -> a @ b.T + 3 * a", "a @ b.T - 3 * a -> a @ b.T",
        "a @ b.T -> b.T @ a", "b.T -> b", "3 * a -> 3", "3 * a -> a",
        "3 -> 4",
        "y += b -> y = b", "y += b -> y -= b", "y += b -> pass",
        "y if a > 0 else -y -> -y if a > 0 else y",
        "a > 0 -> a >= 0", "0 -> 1", "-y -> y"]


def test_equivalent_mutants_are_still_there():
    """Each with its reason; one that no longer exists is struck off."""
    known = {m.key for module in MODULES for m in mutants_of(module)}
    assert set(EQUIVALENT) <= known
    assert all(len(reason) > 20 for reason in EQUIVALENT.values())


def test_every_file_of_the_reference_is_tried_or_says_why_not():
    package = ROOT / "numpy_impl"
    files = {".".join(path.relative_to(package).with_suffix("").parts)
             for path in package.glob("*/*.py")
             if path.name != "__init__.py"}
    ours = {m for m in MODULES if not m.startswith("twinformer.")}
    assert files - ours == set(NO_MATHEMATICS)
    assert ours <= files


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_tests_that_see_its_mutants(module):
    files = [test for test in own_tests(module) if test.endswith(".py")]
    assert files and all((ROOT / test).exists() for test in files)


def test_proofs_are_run_of_the_modules_own_components_alone():
    assert own_tests("layers.norm") == [
        "parity_tests/layers/test_norm.py", "parity_tests/test_components.py",
        "-k", "not test_component or layers.norm."]


def test_verdicts_outlive_an_interruption(tmp_path):
    """A half-written last line is no verdict; a changed mutant another one."""
    path = tmp_path / "verdicts.jsonl"
    killed, survivor, other = (
        Mutant("layers.norm", 1, "f", what, what) for what in "abc")
    journal = Journal(path)
    journal.note(killed, "by cases", 2.0)
    journal.note(survivor, "SURVIVED", 3.0)
    with path.open("a") as file:
        file.write('{"digest": "')
    again = Journal(path)
    assert again[killed] == "by cases" and again[survivor] == "SURVIVED"
    assert other not in again and again.seconds == 5
    assert killed._replace(source="changed") not in again
    again.note(other, "by tests", 1.0)
    assert Journal(path)[other] == "by tests"
    assert is_to_be_tried(survivor, again, retry=True)
    assert not is_to_be_tried(survivor, again, retry=False)
    assert not is_to_be_tried(killed, again, retry=True)
    assert is_to_be_tried(killed._replace(source="changed"), again, retry=False)


def test_a_survivor_with_a_reason_is_not_tried_again(tmp_path):
    (module, says), *_ = EQUIVALENT
    function, _, what = says.partition(": ")
    explained = Mutant(module, 1, function, what, "its source")
    journal = Journal(tmp_path / "verdicts.jsonl")
    journal.note(explained, "SURVIVED", 1.0)
    assert not is_to_be_tried(explained, journal, retry=True)


PORT = """
def double(x):
    return x + x


def untested(x):
    return x - 1
"""
TESTS = """
from port.doubling import double


def test_double():
    assert double(3) == 6
"""


def test_the_tests_of_a_port_are_tried_on_its_mutants(tmp_path):
    (tmp_path / "port").mkdir()
    (tmp_path / "port" / "doubling.py").write_text(PORT)
    (tmp_path / "test_port.py").write_text(TESTS)
    command = [sys.executable, "-m", "parity_tests.mutants", "--package", "./port",
               "--tests", "test_port.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True,
                          env={"PYTHONPATH": str(ROOT), "PATH": ""})
    assert done.returncode == 1, done.stderr
    assert "1/5 by tests   port.doubling:3 double: x + x -> x - x" in done.stdout
    assert "SURVIVED   port.doubling:7 untested: x - 1 -> x + 1" in done.stdout
    (tmp_path / "test_port.py").write_text(TESTS.replace("6", "7"))
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True,
                          env={"PYTHONPATH": str(ROOT), "PATH": ""})
    assert done.returncode == 2 and "fail without any mutant" in done.stderr
    assert "assert 6 == 7" in done.stderr  # and why
