"""Copy the pages of one edition to where Sphinx reads them: pure text in, pure text out.

    python -m docs.site.stage

Nothing here imports Sphinx. A page is taken from docs/zh where the edition is Chinese and the
page exists there, else from docs, with a line that says so.
"""
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from docs.site import generated
from docs.site.links import Links, site_path
from docs.site.markdown import summary, title
from docs.site.notebooks import is_notebook
from docs.site.order import SECTIONS, children
from docs.site.places import LANGUAGES, Place, here
from docs.site.source_pages import source_pages
from docs.site.translations import chinese, sources, without_mark
from docs.site.words import words

__all__ = ["stage"]

Maker = Callable[[str], dict[str, str]]
SWITCH = re.compile(r"^\[(中文|English)\]\([^)]*\)\n\n?", re.M)  # the repository's own


def stage(language: str, place: Place, makers: Sequence[Maker] | None = None,
          files: Sequence[Maker] | None = None) -> dict[str, str]:
    """Write the edition's sources into `place.source(language)`; {page: text} of all of them."""
    made = merged(generated.PAGES if makers is None else makers, language)
    written = {site_path(path): path for path in sources(place)}
    links = Links(place, set(made) | set(written))
    texts = {page: links.rewrite(text, "", page) for page, text in made.items()}
    for page, path in written.items():
        text, origin = edition(path, language, place)
        if path.startswith("benchmarks/"):
            text = with_command(text, path, language)
        if is_notebook(text):
            text = with_download(text, page, language)
        texts[page] = links.rewrite(text, origin, page)
    texts |= section_indexes(texts, language)
    for page in texts:
        if page.endswith("/index") or page == "guides":
            texts[page] += toctree(children(page, texts[page], list(texts)))
    if "index" in texts:
        texts["index"] += toctree([page for page in SECTIONS if page in texts], words(language))
    texts |= source_pages(links.shown, place, language)
    write(texts, links.images, merged(generated.FILES if files is None else files, language),
          place.source(language), place)
    return texts


def merged(makers: Sequence[Maker], language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for maker in makers:
        new = maker(language)
        if twice := sorted(set(new) & set(found)):
            raise ValueError(f"expected each generated file from one maker, got {twice} twice; "
                             f"the second is {maker.__module__}.{maker.__qualname__}")
        found |= new
    return found


def edition(path: str, language: str, place: Place) -> tuple[str, str]:
    """(text, the path it was read from)"""
    translated = chinese(path)
    if language == "zh" and (place.root / translated).is_file():
        text = (place.root / translated).read_text("utf-8")
        return SWITCH.sub("", without_mark(text)), translated
    text = SWITCH.sub("", (place.root / path).read_text("utf-8"))
    if language != "en":
        note = f"\n```{{note}}\n{words(language)['untranslated']}\n```\n"
        text = re.sub(r"(^# .+\n)", lambda head: head[0] + note, text, count=1, flags=re.M)
    return text, path


def with_command(text: str, path: str, language: str) -> str:
    """A page of results with the command that makes all of it again, below its heading."""
    name = Path(path).stem
    say = words(language)["made_by"].format(path=path)
    line = f"\n{say} `make tables ARGS={name}`\n"
    return re.sub(r"(^# .+\n)", lambda head: head[0] + line, text, count=1, flags=re.M)


def with_download(text: str, page: str, language: str) -> str:
    """A chapter with a link to itself as a notebook, below its heading."""
    up = "../" * page.count("/")
    address = f"{up}notebooks/{page.rpartition('/')[2]}.ipynb"
    link = (f'\n<p class="book-notebook"><a href="{address}" download>'
            f"{words(language)['download']}</a></p>\n")
    return re.sub(r"(^# .+\n)", lambda head: head[0] + link, text, count=1, flags=re.M)


def section_indexes(texts: dict[str, str], language: str) -> dict[str, str]:
    """An index with every page's first sentence, for a section that has pages and no index."""
    found, say = {}, words(language)
    for section in SECTIONS:
        name = section.removesuffix("/index")
        below = sorted(page for page in texts if page.startswith(f"{name}/"))
        if section not in texts and below:
            lines = [f"- [{title(texts[page])}]({page.removeprefix(f'{name}/')}.md): "
                     f"{summary(texts[page])}" for page in below if page.count("/") == 1]
            found[section] = (f"# {say[name]}\n\n{say.get(f'{name}_intro', '')}\n\n"
                              + "\n".join(lines) + "\n")
    return found


def toctree(pages: list[str], titles: dict[str, str] | None = None) -> str:
    """Hidden: it gives the sidebar and the order; what the reader sees is the page's own text."""
    if not pages:
        return ""
    entries = [f"/{page}" for page in pages]
    if titles:  # short ones, which fit into the header
        entries = [f"{titles[page.removesuffix('/index')]} </{page}>" for page in pages]
    return "\n\n```{toctree}\n:hidden:\n:titlesonly:\n\n" + "\n".join(entries) + "\n```\n"


def write(texts: dict[str, str], images: dict[str, str], files: dict[str, str], target: Path,
          place: Place) -> None:
    """Write what has changed and delete what is no longer there, so that a build takes up where
    the last one ended."""
    wanted = {target / f"{page}.md": text for page, text in texts.items()}
    wanted |= {target / name: text for name, text in files.items()}
    for path, text in wanted.items():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
    copied = {target / name: place.root / origin for origin, name in images.items()}
    for path, origin in copied.items():
        if not path.is_file() or path.read_bytes() != origin.read_bytes():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(origin, path)
    for path in sorted(target.rglob("*")):
        if path.is_file() and path not in wanted and path not in copied:
            path.unlink()


def main() -> int:
    for language in LANGUAGES:
        texts = stage(language, here())
        print(f"{language}: {len(texts)} pages in {here().source(language)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
