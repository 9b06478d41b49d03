"""print(model): its layers, those inside them indented, with their sizes.

    Tree(
      (first): Leaf(size=2)
      (leaves): ModuleList(
        (0): Leaf(size=4)
        (1-3): 3 x Leaf(size=5)
      )
    )

This is what torch prints, of either package's modules.
"""
from itertools import groupby

__all__ = ["printed"]


def printed(module) -> str:
    """A module with the layers inside it, as text."""
    children = [(name, printed(child)) for name, child in module.named_children()]
    numbered = all(name.isdecimal() for name, _ in children)
    texts = runs(children) if numbered else [f"({name}): {text}" for name, text in children]
    inside = module.extra_repr()
    if children:
        lines = [indented(text) for text in [inside, *texts] if text]
        inside = "\n".join(["", *lines, ""])
    return f"{type(module).__name__}({inside})"


def runs(children: list[tuple[str, str]]) -> list[str]:
    """Equal modules that follow each other in a row are printed once."""
    texts = []
    for text, run in groupby(children, key=lambda child: child[1]):
        first, *others = [name for name, _ in run]
        texts.append(f"({first}-{others[-1]}): {1 + len(others)} x {text}" if others
                     else f"({first}): {text}")
    return texts


def indented(text: str) -> str:
    return "  " + text.replace("\n", "\n  ")
