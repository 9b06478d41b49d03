"""All drawings by their names: ![what it shows](/figures/NAME.svg) in any page."""
from collections.abc import Callable

__all__ = ["FIGURES", "figure_files"]

FIGURES: dict[str, Callable[[str], str]] = {}


def figure_files(language: str) -> dict[str, str]:
    """{"figures/NAME.svg": SVG}, as the builder wants it."""
    return {f"figures/{name}.svg": draw(language) for name, draw in FIGURES.items()}
