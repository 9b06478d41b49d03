"""The table of mutants, in Markdown."""
from .equivalent import EQUIVALENT, SPEED_ALONE
from .making import Mutant
from .trying import BY_CASES, BY_TESTS, SURVIVED

__all__ = ["HEADING", "VERDICTS", "reason_of", "report"]

HEADING = """# Mutants

One term of one formula changed at a time, and what noticed it: a few cases of
every component, compared with the twin, or the tests of its module. Made by

    python -m benchmarks.mutants

which is `python -m parity_tests.mutants --all`.

"""
VERDICTS = {SURVIVED: "SURVIVED", BY_CASES: "by cases", BY_TESTS: "by tests"}


def reason_of(mutant: Mutant) -> str:
    """Why no test can tell it from the original; "" where one should."""
    return EQUIVALENT.get(mutant.key, SPEED_ALONE.get(mutant.module, ""))


def report(results, seconds: float) -> str:
    """The table, in Markdown."""
    lines = ["| module | mutants | killed by cases | killed by its tests | "
             "equivalent | survived |", "|---|---:|---:|---:|---:|---:|"]
    kinds = ("by cases", "by tests", "equivalent", "SURVIVED")
    total = dict.fromkeys(kinds, 0)
    for module, rows in results.items():
        counts = {kind: sum(kind == result for result, _ in rows)
                  for kind in kinds}
        total = {kind: total[kind] + counts[kind] for kind in kinds}
        lines.append(f"| {module} | {len(rows)} | "
                     + " | ".join(str(counts[kind]) for kind in kinds) + " |")
    lines.append(f"| **all** | {sum(total.values())} | "
                 + " | ".join(str(total[kind]) for kind in kinds) + " |")
    survivors = [f"- `{mutant}`" for rows in results.values()
                 for result, mutant in rows if result == "SURVIVED"]
    if survivors:
        lines += ["", "Survived:", "", *survivors]
    same = [f"- `{mutant}`: {reason_of(mutant)}"
            for rows in results.values()
            for result, mutant in rows if result == "equivalent"]
    if same:
        lines += ["", "Equivalent, for they compute the same:", "", *same]
    return "\n".join([*lines, "", f"{seconds / 60:.0f} minutes of one core.",
                      ""])
