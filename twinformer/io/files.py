"""Whole files or none: what is written here survives a crash at any byte."""
import contextlib
import os
import stat
import uuid
from pathlib import Path

from .drafts import make_parent, said_of

__all__ = ["give_usual_rights", "write_atomically"]


def write_atomically(path: str | os.PathLike, data: str | bytes) -> None:
    """Write data to path so that a reader sees the old file or the new one.

    The data goes to a temporary file in the same folder, is flushed to the
    disk, and takes the final name in one step. A str is written as UTF-8.

    Raises OSError where the folder cannot be written or the disk is full; the
    old file is then still there, and nothing is left beside it.
    """
    path = Path(path)
    make_parent(path)
    data = data.encode("utf-8") if isinstance(data, str) else data
    # not tempfile: it makes files that nobody else may read, for good
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with said_of(path, temporary):
            with open(temporary, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def give_usual_rights(path: str | os.PathLike) -> None:
    """Let a file be read by those who may read any new file in its folder.

    Some libraries make files that nobody else may read, for good. What is
    usual, the umask or the folder's own list says; a file that `open` makes
    shows it, without a change of the umask that other threads would see.
    """
    path = Path(path)
    example = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with open(example, "xb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    finally:
        example.unlink(missing_ok=True)
    if stat.S_IMODE(path.stat().st_mode) != mode:
        os.chmod(path, mode)
