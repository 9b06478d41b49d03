"""Names of files as people type them, and as they can be shown.

A name may begin with ~ and be no user's home, and its bytes need not be
UTF-8: Python keeps such bytes as surrogates, which no file in UTF-8 can hold.
"""
import os
from pathlib import Path

__all__ = ["expanded", "shown_name"]


def expanded(path: str | os.PathLike) -> Path:
    """The path, with ~ and ~user as the home folders, where they are.

    A file that is called ~draft.txt is that file.
    """
    given = Path(path)
    if given.exists():
        return given
    try:
        return given.expanduser()
    except RuntimeError:        # there is no such user
        return given


def shown_name(name: str | os.PathLike) -> str:
    r"""A name as text that can be written: bytes that are not UTF-8 as \xd6.
    """
    text = os.fspath(name)
    return text.encode("utf-8", "surrogateescape").decode(
        "utf-8", "backslashreplace")
