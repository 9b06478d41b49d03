"""Lines of a terminal: a Chinese character fills two of its columns, and may end a line."""
import re
from unicodedata import east_asian_width

__all__ = ["cells", "padded", "wrap"]

# a Latin word with what clings to it, a Chinese character with the mark behind it, or a blank
PIECE = re.compile(r"\s+|[（“《]*(?:[^\s\u2e80-\u9fff\uff00-\uffef\u3000-\u303f“”]+"
                   r"|[\s\S])[，。；：！？、）”》]*")


def cells(text: str) -> int:
    """How many columns a text fills."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def padded(text: str, width: int) -> str:
    """Filled up with blanks to so many columns."""
    return text + " " * max(0, width - cells(text))


def wrap(text: str, width: int) -> list[str]:
    """A text in lines of at most so many columns; of Latin words none is cut."""
    lines, line = [], ""
    for piece in PIECE.findall(text):
        if cells((line + piece).rstrip()) > width and line.strip():
            lines.append(line.rstrip())
            line = ""
        line += piece if line or piece.strip() else ""
    return [*lines, line.rstrip()] if line.strip() else lines
