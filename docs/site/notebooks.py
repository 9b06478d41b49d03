"""The chapters as .ipynb files, for Jupyter and Colab, made from the same Markdown.

A file of Jupyter knows none of the book's directives: figures and cards become links to the book
where its address is known, and go where it is not. The first cell installs twinformer if it is
not there, so that the notebook runs in Colab.
"""
import json
import re
from pathlib import Path

from docs.site.places import Place

__all__ = ["is_notebook", "write_notebooks"]

DIRECTIVE = re.compile(r"^(`{3,}|:{3,})\{(?!code-cell)[\w-]+\}.*?^\1\n?", re.M | re.S)
FORMULA = re.compile(r"^```math\n(.*?)^```$", re.M | re.S)  # Jupyter knows dollars alone
INSTALL = """try:
    import numpy_impl
except ImportError:
    %pip install -q "git+{repository}"
"""


def is_notebook(text: str) -> bool:
    return text.startswith("---\n") and "```{code-cell}" in text


def write_notebooks(texts: dict[str, str], folder: Path, place: Place) -> None:
    """Write folder/NAME.ipynb for every page that is a notebook."""
    import jupytext

    for page, text in texts.items():
        if not is_notebook(text):
            continue
        front = re.match(r"---\n.*?\n---\n", text, re.S)
        assert front
        plain = front[0] + DIRECTIVE.sub("", text[front.end():])
        plain = FORMULA.sub(r"$$\n\1$$", plain)
        notebook = jupytext.reads(plain, fmt="md:myst")
        if place.repository:
            install = INSTALL.format(repository=place.repository)
            notebook["cells"].insert(0, {"cell_type": "code", "metadata": {}, "outputs": [],
                                         "execution_count": None, "id": "install",
                                         "source": install})
        path = folder / f"{page.rpartition('/')[2]}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), "utf-8")
