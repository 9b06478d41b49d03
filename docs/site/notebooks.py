"""The chapters as .ipynb files, for Jupyter and Colab, made from the same Markdown.

A file of Jupyter stands alone: it carries its figures along, as attachments, names the files that
the book's cards lead to, and of a link to another page of the book keeps the words. The first cell
installs twinformer if it is not there, so that the notebook runs in Colab.
"""
import base64
import json
import re
from pathlib import Path

from docs.site.places import Place

__all__ = ["is_notebook", "write_notebooks"]

EXERCISES = re.compile(r"^```\{exercises\}.*?^```$", re.M | re.S)
PAIRS = re.compile(r"^```\{pair\} (.+)\n```$", re.M)
DIRECTIVE = re.compile(r"^(`{3,}|:{3,})\{(?!code-cell)[\w-]+\}.*?^\1\n?", re.M | re.S)
DOWNLOAD = re.compile(r'^<p class="book-notebook">.*</p>\n', re.M)
FORMULA = re.compile(r"^```math\n(.*?)^```$", re.M | re.S)  # Jupyter knows dollars alone
FIGURE = re.compile(r"!\[([^\]]*)\]\(/?(figures/([\w-]+\.svg))\)")
WITHIN = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|attachment:)[^)\s]+\)")
INSTALL = """try:
    import numpy_impl
except ImportError:
    %pip install -q "git+{repository}"
"""


def is_notebook(text: str) -> bool:
    return text.startswith("---\n") and "```{code-cell}" in text


def write_notebooks(texts: dict[str, str], folder: Path, place: Place,
                    figures: Path | None = None) -> None:
    """Write folder/NAME.ipynb for every page that is a notebook.

    figures : the folder in which their "figures/NAME.svg" are
    """
    import jupytext

    for page, text in texts.items():
        if not is_notebook(text):
            continue
        front = re.match(r"---\n.*?\n---\n", text, re.S)
        assert front
        plain = front[0] + without_directives(text[front.end():])
        notebook = jupytext.reads(plain, fmt="md:myst")
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                stand_alone(cell, figures)
        if place.repository:
            install = INSTALL.format(repository=place.repository)
            notebook["cells"].insert(0, {"cell_type": "code", "metadata": {}, "outputs": [],
                                         "execution_count": None, "id": "install",
                                         "source": install})
        path = folder / f"{page.rpartition('/')[2]}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), "utf-8")


def without_directives(text: str) -> str:
    """Markdown as Jupyter reads it."""
    text = EXERCISES.sub("    twinformer exercise list", text)
    text = PAIRS.sub(lambda found: "\n".join(
        f"- `numpy_impl/{name}.py`, `torch_impl/{name}.py`" for name in found[1].split()), text)
    text = DOWNLOAD.sub("", DIRECTIVE.sub("", text))
    return FORMULA.sub(r"$$\n\1$$", text)


def stand_alone(cell: dict, figures: Path | None) -> None:
    """Let a cell of text have its figures with it, and no links that lead nowhere."""
    def attached(found: re.Match) -> str:
        alt, path, name = found.groups()
        if figures is None or not (figures / path).is_file():
            return alt
        content = base64.b64encode((figures / path).read_bytes()).decode()
        cell.setdefault("attachments", {})[name] = {"image/svg+xml": content}
        return f"![{alt}](attachment:{name})"

    cell["source"] = WITHIN.sub(r"\1", FIGURE.sub(attached, cell["source"]))
