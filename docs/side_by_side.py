"""One page with every file of the reference beside its twin, line by line.

    python -m docs.side_by_side OUT.html

The page needs no network. Its looks are in docs/side_by_side.css.
"""
import functools
import os
import re
import sys
from collections.abc import Callable
from difflib import SequenceMatcher
from html import escape
from itertools import zip_longest
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from twinformer.io.files import write_atomically

__all__ = ["align", "explanations", "mirrored_pairs", "page"]

ROOT = Path(__file__).parents[1]
READING_ORDER = ["text", "layers", "models", "training", "generation", "finetuning"]
EXPLAINED = ["docs/derivations", "docs/from-gpt-2"]
ALIKE = 0.55  # lines less alike than this do not face each other


def mirrored_pairs() -> dict[str, list[str]]:
    """{folder: files}, such as {"layers": ["layers/norm.py", ...]}, in reading order."""
    here, there = ({path.relative_to(ROOT / package).as_posix()
                    for path in (ROOT / package).rglob("*.py") if path.name != "__init__.py"}
                   for package in ("numpy_impl", "torch_impl"))
    found = {name.partition("/")[0] for name in here & there}
    folders = [folder for folder in READING_ORDER if folder in found]
    folders += sorted(found - set(READING_ORDER))
    return {folder: sorted(name for name in here & there if name.startswith(f"{folder}/"))
            for folder in folders}


def sources(name: str) -> list[str]:
    return [(ROOT / package / name).read_text("utf-8") for package in ("numpy_impl", "torch_impl")]


def explanations() -> dict[str, list[tuple[str, Path]]]:
    """{file: [(title, page)]}: a page on code names its files in the paragraph below its title.

    Those pages are the derivations of the layers, and the steps from model to model.
    """
    found = {}
    for path in sorted(path for folder in EXPLAINED for path in (ROOT / folder).glob("[a-z]*.md")):
        title, code, *_ = path.read_text("utf-8").split("\n\n")
        for name in re.findall(r"\(\.\./\.\./numpy_impl/([\w/]+\.py)\)", code):
            title = title.removeprefix("# ").partition(":")[0]
            found.setdefault(name, []).append((title, path))
    return found


def plain(line: str) -> str:
    """A line without what always differs: the library's name, its spelling, comments."""
    line = re.sub(r"\b(np|numpy|torch|functional)\b", "lib", line.partition("  #")[0])
    return line.replace("keepdims", "keepdim").strip()


def align(left: list[str], right: list[str]) -> list[tuple[int | None, int | None, bool]]:
    """Which lines face each other: [(i, j, alike)], None where a side has nothing to say.

    First the lines that are equal but for `plain`; between those, the most alike.
    """
    a, b = [plain(line) for line in left], [plain(line) for line in right]
    rows = []
    matcher = SequenceMatcher(lambda line: not line, a, b, autojunk=False)
    for tag, i, i_stop, j, j_stop in matcher.get_opcodes():
        if tag == "equal":
            rows += [(i + n, j + n, True) for n in range(i_stop - i)]
        else:
            rows += align_rest(a, b, range(i, i_stop), range(j, j_stop))
    return rows


def align_rest(a, b, here: range, there: range):
    """The pair that is most alike, then what stands above and below it in the same way."""
    pairs = ((likeness(a[i], b[j]), -abs(i - here.start - j + there.start), i, j)
             for i in here for j in there)
    alike, _, i, j = max(pairs, default=(0, 0, 0, 0))
    if alike < ALIKE:
        return [(*pair, False) for pair in zip_longest(here, there)]
    return [*align_rest(a, b, range(here.start, i), range(there.start, j)), (i, j, True),
            *align_rest(a, b, range(i + 1, here.stop), range(j + 1, there.stop))]


@functools.cache
def likeness(one: str, other: str) -> float:
    if not one or not other:
        return ALIKE * (one == other)  # empty lines go where the others let them
    if one.startswith(other) or other.startswith(one):
        return 1.0  # "return y, cache" and "return y"
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def highlighted(source: str) -> list[str]:
    formatter = HtmlFormatter(nowrap=True)  # closes its spans at the end of every line
    return highlight(source, PythonLexer(stripnl=False), formatter).splitlines()


def column(side: int, rows, codes) -> str:
    """One side of a pair as <pre>: its lines, and gaps where only the other side has one."""
    html = []
    for *row, alike in rows:
        kind = "only" if not alike else "same" if codes[0][row[0]] == codes[1][row[1]] else "near"
        line = row[side]
        html.append("<i></i>" if line is None else f'<b class="{kind}">{codes[side][line]}\n</b>')
    return f'<pre>{"".join(html)}</pre>'


def pair(name: str, links: str) -> str:
    """The section of one mirrored pair."""
    codes = [highlighted(source) for source in sources(name)]
    rows = align(*(source.splitlines() for source in sources(name)))
    return (f'<details id="{name}" style="--rows:{len(rows)}" open>'
            f'<summary><code>numpy_impl/{name}</code><code>torch_impl/{name}</code>'
            f'<span>{links}</span></summary><div class="pair">'
            f'{column(0, rows, codes)}{column(1, rows, codes)}</div></details>')


def link(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # two drives of Windows have no path between them
        return path.as_uri()


def page(folder: Path, address: Callable[[Path], str] | None = None) -> str:
    """The whole page, with links to the pages that explain a file: from this folder to the
    Markdown, unless `address` says where a page is.
    """
    address = address or (lambda path: link(path, folder))
    parts, pages = mirrored_pairs(), explanations()
    index, sections = [], []
    for part, names in parts.items():
        index.append(f'<h2><a href="#{part}">{part}</a></h2>')
        sections.append(f'<h2 id="{part}">{part}</h2>')
        for name in names:
            short = name.removeprefix(f"{part}/").removesuffix(".py").replace("_", " ")
            index.append(f'<a href="#{name}">{short}</a>')
            links = [f'<a href="{escape(address(path))}">{escape(title)}</a>'
                     for title, path in pages.get(name, [])]
            sections.append(pair(name, " · ".join(links)))
    style = Path(__file__).with_suffix(".css").read_text("utf-8")
    return FRAME.format(style=style, index="\n".join(index), sections="\n".join(sections),
                        count=sum(map(len, parts.values())))


FRAME = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>twinformer, side by side</title>
<meta name="viewport" content="width=device-width"><style>
{style}</style>
<nav><h1><a href="#">twinformer</a></h1>{index}</nav>
<main><header><h1>One model, written twice</h1>
<p>{count} files in pairs. Left the reference, pure NumPy, with every backward pass by hand; right
its twin in PyTorch, where autograd does that work. Lines that do the same face each other. A ∂
leads to the derivation, or to the page on what a model changed.</p>
<p class="legend"><b class="only">only here</b><b class="near">the same step, in other words</b>
<b>the same line</b><button type="button">light / dark</button></p></header>
{sections}</main>
<script>
const dark = matchMedia("(prefers-color-scheme: dark)"), style = document.documentElement.style;
document.querySelector("button").onclick = () => {{
  const now = style.colorScheme || (dark.matches ? "dark" : "light");
  style.colorScheme = now == "dark" ? "light" : "dark";
}};
</script></html>
"""


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    target = Path(arguments[0]).resolve()
    write_atomically(target, page(target.parent))
    print(f"wrote {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
