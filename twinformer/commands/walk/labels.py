"""Tokens and numbers as a page of fixed columns shows them."""

__all__ = ["COLUMNS", "ROWS", "label", "numbers", "pad", "spelled"]

ROWS, COLUMNS = 5, 5  # of each array that are printed


def spelled(tokenizer, token: int) -> str:
    """A token's text; its bytes in hex where it is only a part of a character."""
    text = tokenizer.decode([token])
    return tokenizer.token_bytes(token).hex() if "\ufffd" in text else text


def label(token: str) -> str:
    """A token as a short, printable row label of at most six columns."""
    from ..console import cells, in_cells

    shown = token if token.isprintable() else repr(token)[1:-1]
    return f"'{shown}'" if cells(shown) <= 4 else f"'{in_cells(shown, 2)}..'"


def pad(text: str, width: int) -> str:
    """Fill with blanks (a negative width: on the left); 你 is two columns wide."""
    from ..console import cells

    blanks = " " * (abs(width) - cells(text))
    return text + blanks if width > 0 else blanks + text


def numbers(row, boolean: bool) -> str:
    if boolean:
        return "".join(f"{int(value):>8}" for value in row[:COLUMNS])
    return "".join(f"{value:8.4f}" for value in row[:COLUMNS])
