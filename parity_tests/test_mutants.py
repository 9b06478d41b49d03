"""A handful of mutants, every day; all of them by `python -m
parity_tests.mutants`, whose last result is benchmarks/results/mutants.md."""
import pytest

from .mutants import (
    BY_CASES, BY_TESTS, EQUIVALENT, MODULES, ROOT, SURVIVED, Mutant,
    mutants_of, tried, write_known_results,
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
    ("layers.activations", "1 - t * t -> 1 + t * t"),
    ("layers.embedding", "self.grads['weight'][tokens] += "
                         "np.add.reduceat(rows, starts) -> "
                         "self.grads['weight'][tokens] = "
                         "np.add.reduceat(rows, starts)"),
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
    mutant = next(m for m in mutants_of("layers.checks")
                  if m.function == "check_rate" and m.what == "1 -> 2")
    assert tried(mutant, known) == BY_TESTS


def test_the_reference_itself_survives(known):
    path = ROOT / "numpy_impl" / "layers" / "linear.py"
    sound = Mutant("layers.linear", 0, "", "", path.read_text("utf-8"))
    assert tried(sound, known) == SURVIVED


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
