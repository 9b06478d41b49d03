"""Build the book: both editions, into build/site/html.

    python -m docs.site.build                   both, with what changed since the last time
    python -m docs.site.build --language en     one edition
    python -m docs.site.build --fresh           from the beginning
    python -m docs.site.build --no-notebooks    without running the notebooks
    python -m docs.site.build --strict          a warning is an error
"""
import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from docs import side_by_side
from docs.site.links import site_path
from docs.site.node_packages import node_packages, stylesheet
from docs.site.notebooks import write_notebooks
from docs.site.places import LANGUAGES, ROOT, Place, here
from docs.site.stage import Maker, stage

__all__ = ["build", "main"]

# pages that have no source of ours
BY_OTHERS = ("search", "genindex", "py-modindex", "side_by_side")
FRONT_DOOR = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>twinformer</title>
<meta name="viewport" content="width=device-width">
<script>location.replace((navigator.language || "en").startsWith("zh") ? "zh/index.html"
                                                                   : "en/index.html")</script>
<p><a href="en/index.html">English</a> · <a href="zh/index.html" lang="zh">中文</a></p></html>
"""


def build(place: Place, languages: tuple[str, ...] = LANGUAGES, strict: bool = False,
          notebooks: bool = True, node: bool = True, makers: Sequence[Maker] | None = None,
          files: Sequence[Maker] | None = None) -> int:
    """Stage and build the editions; Sphinx's exit status, 0 if all went well.

    Parameters
    ----------
    place : Place
        Where the pages are, and where to build.
    languages : tuple of str
        The editions to build; both are staged, for each leads to the other.
    strict : bool
        Whether a warning is an error.
    notebooks : bool
        Whether the notebooks are run.
    node : bool
        Whether KaTeX and Pagefind are used, if they can be had.
    makers, files : sequences of functions, optional
        Who makes pages and files from the code; those of `generated` unless given.
    """
    modules = node_packages(place) if node else None
    (place.build / "static").mkdir(parents=True, exist_ok=True)
    if modules:
        stylesheet(modules, place.build / "static" / "katex")
    staged = {language: stage(language, place, makers, files) for language in LANGUAGES}
    for language in languages:
        extra = place.build / "extra" / language
        extra.mkdir(parents=True, exist_ok=True)
        write_notebooks(staged[language], extra / "notebooks", place, place.source(language))
        if "reference/printable" in staged[language]:
            write_printable(extra / "side_by_side.html")
    with ProcessPoolExecutor(min(len(languages), os.cpu_count() or 1),
                             get_context("spawn")) as processes:
        works = {language: processes.submit(edition, language, place, strict, notebooks, modules,
                                            set(staged[language])) for language in languages}
        failed = max(work.result() for work in works.values())
    place.build.joinpath("html", "index.html").write_text(FRONT_DOOR, "utf-8")
    return failed


def edition(language: str, place: Place, strict: bool, notebooks: bool, modules: Path | None,
            pages: set[str]) -> int:
    """Build one edition, in a process of its own."""
    begun = time.perf_counter()
    failed = sphinx(language, place, strict, notebooks)
    prune(place.html(language), pages)
    if modules:
        search_index(modules, place.html(language))
    print(f"{language}: {len(pages)} pages in {time.perf_counter() - begun:.0f} s", flush=True)
    return failed


def write_printable(path: Path) -> None:
    """All pairs on one page, whose links lead to the book's pages."""
    def address(explained: Path) -> str:
        return f"{site_path(explained.relative_to(ROOT).as_posix())}.html"
    html = side_by_side.page(path.parent, address)
    if not path.is_file() or path.read_text("utf-8") != html:
        path.write_text(html, "utf-8")


def prune(html: Path, pages: set[str]) -> None:
    """Delete the pages of an earlier build that the book no longer has."""
    kept = {*pages, *BY_OTHERS}
    for path in html.rglob("*.html"):
        page = path.relative_to(html).as_posix().removesuffix(".html")
        by_others = page.startswith(("_static/", "pagefind/", "reports/"))
        if page not in kept and not by_others:
            path.unlink()


def search_index(modules: Path, html: Path) -> None:
    """Pagefind's index of an edition: of its pages, not of the source files they lead to."""
    folders = sorted(path.name for path in html.iterdir() if path.is_dir()
                     and path.name not in ("source", "_static", "pagefind") and any(
                         path.rglob("*.html")))
    pages = f"{{*.html,{{{','.join(folders)}}}/**/*.html}}" if folders else "*.html"
    shutil.rmtree(html / "pagefind", ignore_errors=True)
    command = [modules / ".bin" / "pagefind", "--site", html, "--glob", pages, "--quiet",
               "--root-selector", ".bd-article", "--exclude-selectors", ".headerlink, .math"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        print(f"Pagefind made no index, so the search will be Sphinx's: {done.stderr[-300:]}")


def sphinx(language: str, place: Place, strict: bool, notebooks: bool) -> int:
    from sphinx.cmd.build import build_main

    os.environ["TWINFORMER_SITE_LANGUAGE"] = language
    os.environ["TWINFORMER_SITE"] = str(place.build)
    os.environ["TWINFORMER_SITE_NOTEBOOKS"] = "cache" if notebooks else "off"
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the notebooks' arrays are small
    os.environ["IPYTHONDIR"] = str(quiet_kernels(place.build / "ipython"))
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(place.root), os.environ.get("PYTHONPATH")]))
    return build_main(["-q", *(["-W", "--keep-going"] if strict else []), "-b", "html",
                       "-c", str(ROOT / "docs"), "-d", str(place.build / "doctrees" / language),
                       str(place.source(language)), str(place.html(language))])


def quiet_kernels(folder: Path) -> Path:
    """A profile of IPython in which a kernel on this machine does not warn of the network."""
    settings = folder / "profile_default" / "ipython_kernel_config.py"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("c = get_config()\nc.IPKernelApp.log_level = 40\n", "utf-8")
    return folder


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m docs.site.build",
                                     description=__doc__.partition("\n")[0])
    parser.add_argument("--language", choices=LANGUAGES, help="this edition alone")
    parser.add_argument("--fresh", action="store_true", help="delete what an earlier build left")
    parser.add_argument("--no-notebooks", action="store_true", help="do not run the notebooks")
    parser.add_argument("--strict", action="store_true", help="a warning is an error")
    options = parser.parse_args(arguments)
    place = here()
    if options.fresh:
        for name in ("source", "html", "doctrees", "notebooks", "extra"):
            shutil.rmtree(place.build / name, ignore_errors=True)
    languages = (options.language,) if options.language else LANGUAGES
    failed = build(place, languages, options.strict, not options.no_notebooks)
    print(f"the book is in {place.build / 'html' / 'index.html'}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
