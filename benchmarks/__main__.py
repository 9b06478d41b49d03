"""Make published tables again: every page of benchmarks/results names the
commands that made it, and this runs them.

    python -m benchmarks                   the pages, and their commands
    python -m benchmarks shakespeare       make the tables of a page again
    python -m benchmarks --all             of all pages, one after the other

What the commands print is shown and kept in build/results/PAGE.md, beside the
machine it was measured on; the pages themselves are left as they are. Times
depend on the machine, losses and sizes should not. $TWINFORMER_DATA in a
command is the data folder (~/.cache/twinformer unless it is set).
"""
import argparse
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["commands_of", "main", "pages"]

RESULTS = Path(__file__).parent / "results"
COMMAND = re.compile(r"^ {4}(python -m benchmarks\.(?:.*\\\n)*.*)$", re.M)


def pages() -> dict[str, Path]:
    """The pages by name."""
    return {path.stem: path for path in sorted(RESULTS.glob("*.md"))}


def commands_of(page: Path) -> list[str]:
    """The commands that a page names, each on one line."""
    found = COMMAND.findall(page.read_text(encoding="utf-8"))
    return [" ".join(command.replace("\\\n", " ").split()) for command in found]


def words_of(command: str) -> list[str]:
    """A command as words, for this interpreter.

    Raises
    ------
    ValueError
        Where it leaves something open.
    """
    if "..." in command:
        raise ValueError(f"the command leaves something open: {command}")
    python, *words = shlex.split(os.path.expandvars(command), posix=os.name != "nt")
    return [sys.executable, *words]


def make_again(name: str, page: Path, folder: Path) -> int:
    """Run the commands of a page; how many failed."""
    from benchmarks.training_step import machine

    failed = 0
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.md", "w", encoding="utf-8") as out:
        def say(text):
            print(text, end="", flush=True)
            out.write(text)
            out.flush()

        say(f"# {name}: made again on {machine()}\n")
        for command in commands_of(page):
            say(f"\n    {command}\n\n")
            start = time.perf_counter()
            with subprocess.Popen(
                    words_of(command), stdout=subprocess.PIPE, text=True,
                    encoding="utf-8", errors="replace") as running:
                assert running.stdout is not None      # a pipe
                for line in running.stdout:
                    say(line)
            failed += running.returncode != 0
            say(f"\n(exit code {running.returncode}, "
                f"{time.perf_counter() - start:,.0f} s)\n")
    print(f"kept in {folder / f'{name}.md'}")
    return failed


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", nargs="*", help="names of pages")
    parser.add_argument("--all", action="store_true", help="all pages")
    parser.add_argument("--folder", type=Path, default=Path("build/results"))
    arguments = parser.parse_args(argv)

    known = pages()
    if unknown := set(arguments.page) - set(known):
        parser.error(f"there is no page {', '.join(sorted(unknown))}; there are "
                     f"{', '.join(known)}")
    chosen = list(known) if arguments.all else arguments.page
    if not chosen:
        for name, page in known.items():
            print(name, *(f"    {command}" for command in commands_of(page)), sep="\n")
        return 0
    from twinformer.io.remote_file import data_folder

    os.environ["TWINFORMER_DATA"] = str(data_folder())
    return min(1, sum(make_again(name, known[name], arguments.folder) for name in chosen))


if __name__ == "__main__":
    sys.exit(main())
