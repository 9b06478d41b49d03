"""How much of a model's Python is Python: an honest figure for samples.

A text is cut into top-level statements, and each is handed to
``ast.parse``. Correct syntax is not correct code, but it is something that a
language model has to learn and that anybody can check. Texts from the
standard library itself set the mark: nearly all of their statements parse.
"""
import ast
import warnings
from dataclasses import dataclass

__all__ = ["SyntaxShare", "syntax_share", "top_level_statements"]

# A line that begins with one of these goes on with the statement above it.
CONTINUES = (" ", "\t", "#", ")", "]", "}", "else:", "elif ", "except:",
             "except ", "finally:")


@dataclass(frozen=True)
class SyntaxShare:
    """Of ``statements`` top-level statements, ``valid`` can be parsed."""

    valid: int
    statements: int

    def __str__(self) -> str:
        if not self.statements:
            return "no complete top-level statement"
        return (f"{self.valid} of {self.statements} top-level statements "
                f"({self.valid / self.statements:.0%})")


def syntax_share(text: str, *, complete: bool = False) -> SyntaxShare:
    """The share of top-level statements that ``ast.parse`` accepts.

    Parameters
    ----------
    text : str
    complete : bool
        Whether the last statement counts: generated text breaks off in the
        middle of it.
    """
    statements = top_level_statements(text)
    if not complete:
        statements = statements[:-1]
    return SyntaxShare(sum(map(parses, statements)), len(statements))


def top_level_statements(text: str) -> list[str]:
    """Cut a text where a statement begins in the first column.

    Comments and blank lines are no statements, decorators belong to what
    they decorate, and lines inside of a string in triple quotes to the
    statement with the string, if the quotes are ever closed.
    """
    pieces: list[str] = []
    decorated = False
    for line in text.splitlines():
        begins = line.strip() and not line.startswith(CONTINUES)
        if pieces and (not begins or decorated):
            pieces[-1] += "\n" + line
        elif begins:
            pieces.append(line)
        if begins:
            decorated = line.startswith("@")

    statements = []
    while pieces:
        length = 1
        while (open_string("\n".join(pieces[:length]))
               and length < len(pieces)):
            length += 1
        if open_string("\n".join(pieces[:length])):
            length = 1  # never closed: one bad statement, not the whole rest
        statements.append("\n".join(pieces[:length]))
        del pieces[:length]
    return statements


def open_string(statement: str) -> bool:
    """Whether a string in triple quotes goes on after the statement."""
    try:
        parse(statement)
    except (SyntaxError, ValueError) as problem:
        return "unterminated triple-quoted" in str(problem)
    return False


def parses(statement: str) -> bool:
    try:
        parse(statement)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def parse(statement: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" in a string, "x is 1"
        return ast.parse(statement)
