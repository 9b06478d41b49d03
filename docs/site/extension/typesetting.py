"""What a compositor would do to a page, between its Markdown and its HTML.

A mark stays on the line of the formula it follows: browsers would break between the two. And in
Chinese a full-width mark has its blank in itself. But GitHub begins a formula only behind a
blank, and lines of Markdown end somewhere, best behind a mark: those blanks are for the source,
and are closed up here.
"""
import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

__all__ = ["close_gaps", "keep_marks", "setup"]

OPENING, CLOSING = "（「『《〈【", "，。；：、！？）」』》〉】…"
GAPS = re.compile(rf"(?<=[{CLOSING}])[ \n]+|[ \n]+(?=[{OPENING}])"
                  "|(?<=[\u4e00-\u9fff])\n(?=[\u4e00-\u9fff])")
MARKS = re.compile(rf"[{CLOSING},.;:?!)]+")
SHORT = 60  # TeX: a longer formula may have to be broken on a narrow screen
NO_PROSE = (nodes.literal, nodes.math, nodes.FixedTextElement, nodes.raw)


def close_gaps(document: nodes.Node) -> None:
    """Take out the blanks beside full-width marks, in running text."""
    for element in document.findall(nodes.TextElement):
        if isinstance(element.parent, nodes.TextElement) or isinstance(element, NO_PROSE):
            continue
        before = ""  # what the reader has just seen
        for text in list(element.findall(nodes.Text)):
            if isinstance(text.parent, NO_PROSE):
                before = "x"
                continue
            closed = GAPS.sub("", before + text.astext())[len(before):]
            if closed != text.astext():
                text.parent.replace(text, nodes.Text(closed))
            before = closed[-1:] or before


def keep_marks(document: nodes.Node) -> None:
    """Put a short formula and the marks behind it into one element that is not broken."""
    for formula in list(document.findall(nodes.math)):
        parent = formula.parent
        place = parent.index(formula)
        text = parent[place + 1] if place + 1 < len(parent) else None
        if not isinstance(text, nodes.Text) or len(formula.astext()) > SHORT:
            continue
        if marks := MARKS.match(text.astext()):
            together = nodes.inline("", "", formula.deepcopy(), nodes.Text(marks[0]),
                                    classes=["together"])
            rest = text.astext()[marks.end():]
            parent[place:place + 2] = [together, *([nodes.Text(rest)] if rest else [])]


class Typesetting(SphinxPostTransform):
    default_priority = 900  # when references have become links
    formats = ("html",)

    def run(self) -> None:
        if self.config.language.startswith("zh"):
            close_gaps(self.document)
        keep_marks(self.document)


def setup(app):
    app.add_post_transform(Typesetting)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
