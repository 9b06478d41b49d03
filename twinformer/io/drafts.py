"""Drafts: a file or folder that is written under another name until it is
whole, and what goes wrong with it, said of the name that was asked for.

A process that is killed leaves its draft behind; the next that writes the same
target takes it away.
"""
import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["draft_of", "make_parent", "said_of"]

# How libraries say that the disk is full where they have no errno:
# safetensors "(os error 28)", NumPy's tofile "9 requested and 4 written"
OS_ERROR = re.compile(r"\(os error (\d+)\)")
SHORT_WRITE = re.compile(r"\d+ requested and \d+ written")


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """Give the path of a draft beside target, in a folder that is made; what
    was not renamed in the end is removed.

    Raises
    ------
    OSError
        Of target, where the block raises one of the draft.
    """
    make_parent(target)
    remove_leftovers(target)
    draft = target.with_name(f".writing-{os.getpid()}-{target.name}")
    try:
        with said_of(target, draft):
            yield draft
    finally:
        remove(draft)


def make_parent(target: Path) -> None:
    """The folder of target.

    Raises
    ------
    NotADirectoryError
        Of target, where it would be below a file.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise NotADirectoryError(
            errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(target)) from None


@contextmanager
def said_of(target: Path, draft: Path) -> Iterator[None]:
    """An OSError of a draft, or of what is in it, becomes one of the target."""
    try:
        yield
    except OSError as problem:
        name = str(problem.filename or draft)
        if not name.startswith(str(draft)):
            raise
        text = str(problem)
        number = problem.errno
        if number is None and (found := OS_ERROR.search(text)):
            number = int(found[1])
        elif number is None and SHORT_WRITE.search(text):
            number = errno.ENOSPC
        if number is None:
            raise OSError(text.replace(str(draft), str(target))) from problem
        raise OSError(number, os.strerror(number),
                      name.replace(str(draft), str(target), 1)) from problem


def remove_leftovers(target: Path) -> None:
    """Take away the drafts of this target whose writers are no more."""
    mine = re.compile(rf"\.writing-(\d+)-{re.escape(target.name)}")
    for path in target.parent.iterdir():
        if (found := mine.fullmatch(path.name)) and not lives(int(found[1])):
            remove(path)


def lives(process: int) -> bool:
    """Whether there is a process of this number; True where asking is not
    possible without ending it."""
    if os.name != "posix":
        return process != os.getpid()
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:             # somebody else's
        return True
    return process != os.getpid()


def remove(path: Path) -> None:
    """A file or a folder; a disk that refuses has said so before."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
