"""A book of Project Gutenberg without what surrounds it.

The files begin with a notice and end with a licence, between them lines
"*** START OF ..." and "*** END OF ...".
"""
import re
from pathlib import Path

from ..io.text_files import read_text

__all__ = ["book_of"]

START = re.compile(r"^\*\*\* ?START OF [^\n]*\*\*\*[ \t]*\n", re.MULTILINE)
END = re.compile(r"^\*\*\* ?END OF ", re.MULTILINE)


def book_of(file: Path) -> str:
    """The text of the book alone, with \\n line ends.

    All of the file where it has no such lines. Older books in Latin-1 are
    read as such.
    """
    text = read_text(file).replace("\r\n", "\n")
    start = START.search(text)
    end = END.search(text, start.end() if start else 0)
    return text[start.end() if start else 0:
                end.start() if end else len(text)].strip("\n") + "\n"
