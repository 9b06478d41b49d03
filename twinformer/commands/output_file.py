"""A file that is to be written at the end: checked before the work begins."""
import os
from pathlib import Path

__all__ = ["new_file"]


def new_file(path: str | Path, option: str = "--output") -> Path:
    """The path, if a file can be made there.

    Raises
    ------
    FileExistsError
        Where there is something already.
    NotADirectoryError, PermissionError
        Where its folder is none, or cannot be written to.
    """
    path = Path(path).expanduser()
    if path.exists():
        raise FileExistsError(f"{path} exists already; choose another {option}, or delete it")
    folder = next(folder for folder in path.absolute().parents if folder.exists())
    if not folder.is_dir():
        raise NotADirectoryError(f"{option} {path}: {folder} is a file, not a folder")
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{option} {path}: {folder} cannot be written to by you")
    return path
