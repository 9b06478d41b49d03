"""jsonargparse's messages without Python's type syntax."""
import re

__all__ = ["readable"]

PATTERNS = (
    (r"Expected a <class 'int'>\. Got value:", "expected a whole number, got"),
    (r"Expected a <class 'float'>\. Got value:", "expected a number, got"),
    (r"Expected a <class 'bool'>\. Got value:", "expected true or false, got"),
    (r"Expected a <class '(\w+)'>\. Got value:", r"expected \1, got"),
    (r"Expected a typing\.Literal\[(.*?)\]\. Got value:", r"expected one of \1, got"),
    (r"argument (--\w+): invalid choice: '?(.*?)'? \(choose from (.*)\)",
     r"\1: expected one of \3, got \2"),
    (r'Parser key "(.*?)":', r"--\1:"),
)


def readable(message: str) -> str:
    """Types as words, keys as options."""
    for pattern, words in PATTERNS:
        message = re.sub(pattern, words, message)
    return message
