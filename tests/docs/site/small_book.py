"""A small repository with a book of a few pages, for tests."""
from pathlib import Path

from docs.site.places import Place

PAGES = {
    "pyproject.toml": '[project]\nname = "small"\n',
    "docs/index.md": "# A small book\n\nIt has [a derivation](derivations/README.md).\n",
    "docs/derivations/README.md": "# Derivations\n\n- [Second](second.md)\n- [First](first.md)\n",
    "docs/derivations/first.md": (
        "# First\n\n[English](x.md)\n\nCode: [`norm.py`](../../numpy_impl/layers/norm.py), "
        "a formula $y = x^2$.\n\n```math\ny = \\frac{1}{2}\n```\n\n## A part\n\n"
        "```text\n[not a link](../../numpy_impl/layers/norm.py)\n```\n"),
    "docs/derivations/second.md": (
        "# Second\n\nSee [first](first.md#a-part), [a folder](../../configs), `[code](first.md)`, "
        "[elsewhere](https://example.org/x.md).\n\n![A curve](../images/curve.png)\n"),
    "docs/images/curve.png": "",
    "docs/zh/derivations/first.md": (
        "<!-- of: 000000000000 -->\n# 第一页\n\n见[第二页](second.md)。公式 $y = x^2$。\n\n"
        "## A part\n\n文字。\n"),
    "numpy_impl/layers/norm.py": '"""Norm."""\nx = 1\n',
    "torch_impl/layers/norm.py": '"""Norm."""\nx = 1\n',
    "configs/small.yaml": "max_steps: 1\n",
    "benchmarks/results/spam.md": "# Spam\n\nA table.\n",
}


def small_book(folder: Path, **more: str) -> Place:
    """Write the repository below the folder."""
    for name, text in {**PAGES, **more}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Place(root=folder, build=folder / "build" / "site")
