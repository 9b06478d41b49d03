"""Folders that appear whole or not at all.

A folder is filled under another name, forced to the disk and renamed: the
rename is one step for the file system, so that a kill or a full disk at any
byte leaves no half-written folder under the true name.
"""
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .drafts import make_parent, said_of

__all__ = ["new_draft", "new_folder", "put_in_place", "remove_folder", "sync"]

LEFTOVERS = (".writing-*", ".removing-*")


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give a draft folder to fill; at the end it becomes ``target``.

    Raises
    ------
    OSError
        Where the disk is full or refuses, or ``target`` exists: the draft
        is gone and everything else is as it was.
    """
    draft = new_draft(target, os.getpid())
    try:
        with said_of(target, draft):
            draft.mkdir()
            yield draft
            put_in_place(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def new_draft(target: Path, writer: object) -> Path:
    """The path of a draft of ``target``, and those of processes that were
    killed are gone; the folder above is made."""
    make_parent(target)
    for pattern in LEFTOVERS:
        for path in target.parent.glob(pattern):
            shutil.rmtree(path, ignore_errors=True)
    return target.with_name(f".writing-{writer}-{target.name}")


def put_in_place(draft: Path, target: Path) -> None:
    """Force a draft to the disk and give it its true name, in one step."""
    for file in draft.iterdir():
        sync(file)
    sync(draft)
    os.rename(draft, target)
    sync(target.parent)


def remove_folder(folder: Path) -> None:
    """Delete a folder so that no half-deleted one bears its name."""
    if folder.exists():
        doomed = folder.with_name(f".removing-{os.getpid()}-{folder.name}")
        os.rename(folder, doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def sync(path: Path) -> None:
    """Force a file, or a folder's list of files, to the disk."""
    if path.is_dir() and os.name != "posix":
        return  # elsewhere a folder cannot be opened
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
