"""The road of the book: the parts in which the pairs are read, and how many each has."""
from textwrap import wrap

from docs.site.pairs.order import PARTS

from .labels import label
from .svg import Drawing

__all__ = ["road"]

ACROSS, WIDE, HIGH = 3, 205, 108


def road(language: str) -> str:
    rows = (len(PARTS) + ACROSS - 1) // ACROSS
    drawing = Drawing(ACROSS * WIDE + 20, rows * HIGH + 20, label("road", language))
    centres = []
    for n in range(len(PARTS)):
        row, column = divmod(n, ACROSS)
        column = column if row % 2 == 0 else ACROSS - 1 - column      # there and back
        centres.append((10 + WIDE * (column + 0.5), 10 + HIGH * (row + 0.5)))
    for (x0, y0), (x1, y1) in zip(centres, centres[1:]):
        if y0 == y1:
            side = 86 if x1 > x0 else -86
            drawing.arrow([(x0 + side, y0), (x1 - side, y1)])
        else:
            drawing.arrow([(x0, y0 + 37), (x1, y1 - 37)])
    for n, (part, (x, y)) in enumerate(zip(PARTS, centres)):
        drawing.box(x - 86, y - 37, 172, 74, "abcd"[n % 4])
        lines = wrap(part.title[language], 20 if language == "en" else 11)
        for k, line in enumerate(lines):
            drawing.text(x, y - 8 * len(lines) + 16 * k + 13, line, "title", "middle")
        drawing.text(x + 78, y + 31, str(len(part.pairs)), "soft small", "end")
        drawing.text(x - 78, y - 23, str(n + 1), "soft small")
    return drawing.svg()
