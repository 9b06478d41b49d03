"""What the proof says about a pair: errors from parity.json, mutants from the results page.

    python -m docs.site.pairs.proof        measures every component again (a few minutes)
"""
import functools
import importlib
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

from twinformer.io.files import write_atomically

from .facing import ROOT

__all__ = ["ERRORS", "Mutants", "errors", "made", "mutants", "own_tests"]

ERRORS = Path(__file__).with_name("parity.json")
TABLE = ROOT / "benchmarks" / "results" / "mutants.md"
CASES = 16      # of each component, two of every mood


class Mutants(NamedTuple):
    """How many were made, noticed, equal in what they compute, and not noticed."""

    made: int
    killed: int
    equivalent: int
    survived: int


@functools.cache
def measured() -> dict:
    return json.loads(ERRORS.read_text("utf-8"))


def errors(name: str) -> dict[str, dict]:
    """{component: {cases, output, gradient}} of a pair; the last two as a share of the bound."""
    module = name.replace("/", ".")
    return {component: row for component, row in measured()["components"].items()
            if component.startswith(f"{module}.")}


@functools.cache
def table() -> dict[str, Mutants]:
    found = {}
    for row in re.findall(r"^\| ([\w.]+) \| ([\d |]+) \|$", TABLE.read_text("utf-8"), re.M):
        made, cases, tests, equivalent, survived = map(int, row[1].split(" | "))
        found[row[0]] = Mutants(made, cases + tests, equivalent, survived)
    return found


def mutants(name: str) -> Mutants | None:
    """Of the last whole run; None for a file that came later."""
    return table().get(name.replace("/", "."))


def made(name: str) -> int:
    """How many mutants of a file there are today; nothing is tried."""
    making = importlib.import_module("parity_tests.mutants.making")
    return len(making.mutants_of(name.replace("/", ".")))


def own_tests(name: str) -> str:
    """The test file at the same path, or the one that covers all components."""
    folder, _, file = name.rpartition("/")
    own = f"parity_tests/{folder}/test_{file}.py"
    return own if (ROOT / own).is_file() else "parity_tests/test_components.py"


def measure() -> dict:
    """Every component on the same seeded cases, as `twinformer parity` runs them."""
    import torch
    from threadpoolctl import threadpool_limits

    components = importlib.import_module("parity_tests").COMPONENTS
    ports = importlib.import_module("parity_tests.ports")
    torch.set_num_threads(1)
    found = {}
    with threadpool_limits(1):
        for part in components:
            row = ports.tried(part, ports.sides_of()[:1], 0.0, 0, list(range(CASES)))
            if row.finding:
                raise ValueError(f"{part.name} is off: run twinformer parity")
            found[part.name] = {"cases": row.cases} | {
                {"y": "output"}.get(what, what): round(share, 3)
                for (_, what), share in row.errors.items()}
            print(part.name, found[part.name], flush=True)
    return {"command": "python -m docs.site.pairs.proof", "components": found}


def main() -> int:
    write_atomically(ERRORS, json.dumps(measure(), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
