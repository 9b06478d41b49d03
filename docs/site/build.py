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
from pathlib import Path

from docs import side_by_side
from docs.site.links import site_path
from docs.site.node_packages import node_packages, stylesheet
from docs.site.notebooks import write_notebooks
from docs.site.places import LANGUAGES, Place, here
from docs.site.stage import stage

__all__ = ["build", "main"]

FRONT_DOOR = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>twinformer</title>
<meta name="viewport" content="width=device-width">
<script>location.replace((navigator.language || "en").startsWith("zh") ? "zh/index.html"
                                                                   : "en/index.html")</script>
<p><a href="en/index.html">English</a> · <a href="zh/index.html" lang="zh">中文</a></p></html>
"""


def build(place: Place, languages: tuple[str, ...] = LANGUAGES, strict: bool = False,
          notebooks: bool = True) -> int:
    """Stage and build the editions; Sphinx's exit status, 0 if all went well."""
    modules = node_packages(place)
    if modules:
        stylesheet(modules, place.build / "static" / "katex")
    failed = 0
    for language in languages:
        begun = time.perf_counter()
        texts = stage(language, place)
        extra = place.build / "extra" / language
        extra.mkdir(parents=True, exist_ok=True)
        write_notebooks(texts, extra / "notebooks", place)
        write_printable(extra / "side_by_side.html", place)
        failed |= sphinx(language, place, strict, notebooks)
        if modules:
            search_index(modules, place.html(language))
        print(f"{language}: {len(texts)} pages in {time.perf_counter() - begun:.0f} s")
    place.build.joinpath("html", "index.html").write_text(FRONT_DOOR, "utf-8")
    return failed


def write_printable(path: Path, place: Place) -> None:
    """All pairs on one page, whose links lead to the book's pages."""
    def address(explained: Path) -> str:
        return f"{site_path(explained.relative_to(place.root).as_posix())}.html"
    html = side_by_side.page(path.parent, address)
    if not path.is_file() or path.read_text("utf-8") != html:
        path.write_text(html, "utf-8")


def search_index(modules: Path, html: Path) -> None:
    """Pagefind's index of an edition: of its pages, not of the source files they lead to."""
    folders = sorted(path.name for path in html.iterdir() if path.is_dir()
                     and path.name not in ("source", "_static", "pagefind") and any(
                         path.rglob("*.html")))
    pages = f"{{*.html,{{{','.join(folders)}}}/**/*.html}}" if folders else "*.html"
    shutil.rmtree(html / "pagefind", ignore_errors=True)
    done = subprocess.run([modules / ".bin" / "pagefind", "--site", html, "--glob", pages,
                           "--root-selector", ".bd-article", "--exclude-selectors",
                           ".headerlink", "--quiet"], capture_output=True, text=True, timeout=120)
    if done.returncode:
        print(f"Pagefind made no index, so the search will be Sphinx's: {done.stderr[-300:]}")


def sphinx(language: str, place: Place, strict: bool, notebooks: bool) -> int:
    from sphinx.cmd.build import build_main

    os.environ["TWINFORMER_SITE_LANGUAGE"] = language
    os.environ["TWINFORMER_SITE"] = str(place.build)
    os.environ["TWINFORMER_SITE_NOTEBOOKS"] = "cache" if notebooks else "off"
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the notebooks' arrays are small
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(place.root), os.environ.get("PYTHONPATH")]))
    return build_main(["-q", *(["-W", "--keep-going"] if strict else []), "-b", "html",
                       "-c", str(place.docs), "-d", str(place.build / "doctrees" / language),
                       str(place.source(language)), str(place.html(language))])


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
