"""The key for a server: from the environment, where no list of processes shows it."""
import os

__all__ = ["key_from"]


def key_from(variable: str | None) -> str:
    """What the environment variable holds; "" where none is named.

    Raises
    ------
    ValueError
        Where it holds nothing, or what cannot be a key.
    """
    if not variable:
        return ""
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ValueError(f"the environment variable {variable} is empty or not set; it has to "
                         "hold the key for the server")
    if not key.isascii() or not key.isprintable():
        raise ValueError(f"the environment variable {variable} holds what cannot be a key")
    return key
