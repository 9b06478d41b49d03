"""A proof that cannot fail proves nothing: break the reference by one term, in
every way there is, and see the tests go red.

    python -m parity_tests.mutants --all                 # every module
    python -m parity_tests.mutants layers.norm --list    # what it would try
    python -m parity_tests.mutants layers --jobs 4 --report mutants.md
    python -m parity_tests.mutants --package ./my_port   # would your tests notice?

`--all` takes hours. It notes every verdict in build/mutants.jsonl, goes on from
there when it is started again, and writes benchmarks/results/mutants.md.

A mutant is a copy of one module of numpy_impl, or of one that both packages
use, with one small change in one formula, forward or backward, made through the syntax tree:

    a + b -> a - b     a + b -> a, b      a * b -> a, b       a / b -> a * b
    a @ b -> b @ a     a.mT -> a          -x -> x             1 -> 2
    x += y -> x = y    x > 0 -> x >= 0    max -> min          and -> or

Each lives in a process of its own, which imports it in place of the module it
was made from. It is compared with the twin on a few cases of every component,
within measured bounds (bounds.py); if it stands that, the tests of its module
(and SECOND) and the proofs of its components are run, fail-fast, first with
few examples of Hypothesis, then with many. One that never ends, or asks for
more and more memory, is found out, too. What no test can tell from the
original is in EQUIVALENT, with the reason. The working tree is never touched.
"""
from .equivalent import EQUIVALENT
from .journal import Journal
from .known import write_known_results
from .making import Mutant, mutants_of, mutants_of_port
from .modules import MODULES, NO_MATHEMATICS, ROOT
from .trying import BY_CASES, BY_TESTS, NOT_RUN, SURVIVED, own_tests, tried

__all__ = ["BY_CASES", "BY_TESTS", "EQUIVALENT", "MODULES", "NOT_RUN",
           "NO_MATHEMATICS", "ROOT", "SURVIVED", "Journal", "Mutant", "mutants_of",
           "mutants_of_port", "own_tests", "tried", "write_known_results"]
