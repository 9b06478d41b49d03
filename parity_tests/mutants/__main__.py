"""The command line of the mutants: parity_tests/mutants/__init__.py says what it does."""
import argparse
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import __doc__ as about
from .journal import Journal
from .known import write_known_results
from .making import Mutant, mutants_of, mutants_of_port
from .modules import MODULES, ROOT
from .report import HEADING, VERDICTS, reason_of, report
from .trying import patience, tried

REPORT = ROOT / "benchmarks" / "results" / "mutants.md"
JOURNAL = ROOT / "build" / "mutants.jsonl"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m parity_tests.mutants", description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*",
                        help="only modules whose name begins like this")
    parser.add_argument("--all", action="store_true",
                        help="every module, to the end, with the report of "
                             "benchmarks/results; goes on where it stopped")
    parser.add_argument("--retry", action="store_true",
                        help="with --all: survivors of before that have no reason once more")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--every", type=int, default=1,
                        help="only every so many-th mutant")
    parser.add_argument("--list", action="store_true",
                        help="show the mutants and run nothing")
    parser.add_argument("--report", type=Path,
                        help="write the table as Markdown to this file")
    parser.add_argument("--package", metavar="PORT",
                        help="a folder or file of your own, in place of the reference")
    parser.add_argument("--tests", nargs="+", metavar="PATH",
                        help="with --package: what pytest is to run (default: test_*.py "
                             "in the folder of the port)")
    options = parser.parse_args(arguments)
    if not (options.all or options.modules or options.list or options.package):
        parser.error("name the modules to try, or say --all, or --package PORT")
    # Not above: each mutant's process imports this file, and then its module
    from ..ports.importing import place_of_port
    if options.package and (place := place_of_port(options.package)) is None:
        parser.error(f"there is no folder or file {options.package}")
    every = mutants_of_port(place) if options.package else [
        mutant for module in MODULES for mutant in mutants_of(module)]
    chosen = [mutant for mutant in every if options.all
              or mutant.module.startswith(tuple(options.modules or [""]))][::options.every]
    tests = tests_of(place, options.tests) if options.package else None
    if options.list:
        print(*chosen, f"{len(chosen)} mutants", sep="\n")
        return 0

    journal = Journal(JOURNAL if options.all else None)
    results: dict[str, list[tuple[str, Mutant]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        known = "" if options.package else str(Path(folder, "known"))
        if known:
            write_known_results(known)
        if options.package:  # red tests are told before anything is tried
            for first in {mutant.module: mutant for mutant in chosen}.values():
                try:
                    patience(first, known, tests)
                except ValueError as problem:
                    parser.error(str(problem))

        def verdict(mutant):
            if is_to_be_tried(mutant, journal, options.retry):
                began = time.perf_counter()
                result = VERDICTS[tried(mutant, known, tests,
                                        patience(mutant, known, tests))]
                journal.note(mutant, result, time.perf_counter() - began)
            result = journal[mutant]
            if result == "SURVIVED" and reason_of(mutant):
                return "equivalent"
            return result
        with ThreadPoolExecutor(options.jobs) as pool:
            for done, (mutant, result) in enumerate(
                    zip(chosen, pool.map(verdict, chosen)), 1):
                results.setdefault(mutant.module, []).append((result, mutant))
                print(f"{done}/{len(chosen)} {result:10} {mutant}", flush=True)
    table = report(results, journal.seconds)
    print(table)
    if path := options.report or (REPORT if options.all else None):
        path.write_text(HEADING + table, encoding="utf-8")
    return int("SURVIVED" in {result for rows in results.values()
                              for result, _ in rows})


def tests_of(place: Path, given: list[str] | None) -> list[str]:
    """What pytest runs for a port: what was named, or its test_*.py."""
    if given:
        return [str(Path(path).resolve()) for path in given]
    folder = place if place.is_dir() else place.parent
    found = [str(path) for path in sorted(folder.rglob("test_*.py"))]
    if not found:
        raise SystemExit(f"there are no test_*.py in {folder}; name yours with --tests PATH")
    return found


def is_to_be_tried(mutant: Mutant, journal: Journal, retry: bool) -> bool:
    """Whether nothing is known of it, or it survived without a reason and is to be retried."""
    return mutant not in journal or (
        retry and journal[mutant] == "SURVIVED" and not reason_of(mutant))


if __name__ == "__main__":
    raise SystemExit(main())
