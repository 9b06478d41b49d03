"""Tokens and numbers as a page of fixed columns shows them."""

__all__ = ["COLUMNS", "ROWS", "label", "numbers", "pad"]

ROWS, COLUMNS = 5, 5  # of each array that are printed


def label(token: str) -> str:
    """A token as a short, printable row label."""
    shown = token if token.isprintable() else repr(token)[1:-1]
    return f"'{shown}'" if len(shown) <= 4 else f"'{shown[:2]}..'"


def pad(text: str, width: int) -> str:
    """Fill with blanks (a negative width: on the left); 你 is two cells wide."""
    from rich.cells import cell_len

    blanks = " " * (abs(width) - cell_len(text))
    return text + blanks if width > 0 else blanks + text


def numbers(row, boolean: bool) -> str:
    if boolean:
        return "".join(f"{int(value):>8}" for value in row[:COLUMNS])
    return "".join(f"{value:8.4f}" for value in row[:COLUMNS])
