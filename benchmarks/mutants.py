"""The table of benchmarks/results/mutants.md: hours, and it goes on where it stopped."""
from parity_tests.mutants.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main(["--all"]))
