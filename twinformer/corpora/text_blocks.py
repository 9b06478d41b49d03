"""A file of any size, plain or compressed -> its text, block by block.

Bytes that are not UTF-8 are an error that names the file and the offset, or
are replaced by U+FFFD.
"""
import codecs
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO

__all__ = ["COMPRESSED", "opened", "read_blocks"]

BLOCK = 2**18
COMPRESSED = (".gz", ".zst")


def read_blocks(path: Path, errors: str) -> Iterator[str]:
    """The text of a file in blocks; a byte order mark stays in it."""
    decoder = codecs.getincrementaldecoder("utf-8")(policy(errors))
    offset = 0
    with opened(path) as file:
        while True:
            block = content_of(file, path, BLOCK)
            waiting = len(decoder.getstate()[0])
            try:
                yield decoder.decode(block, final=not block)
            except UnicodeDecodeError as problem:
                raise not_utf8(path, offset - waiting, problem) from None
            offset += len(block)
            if not block:
                return


def opened(path: Path) -> IO[bytes]:
    """A file, or what a compressed file holds."""
    if path.name.endswith(".gz"):
        return gzip.open(path, "rb")  # type: ignore[return-value]
    if path.name.endswith(".zst"):
        # unlike zstandard it says where a file is cut off
        return needed("backports.zstd", "to read .zst files").open(path, "rb")
    return open(path, "rb")


def content_of(file: IO[bytes], path: Path, size: int | None) -> bytes:
    """A block of that size, or a line where it is None."""
    try:
        return file.readline() if size is None else file.read(size)
    except Exception as problem:  # zlib.error, ZstdError, EOFError, OSError
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        raise ValueError(f"{path} is damaged: {problem}") from None


def policy(errors: str) -> str:
    return "strict" if errors == "error" else "replace"


def not_utf8(path: Path, start: int, problem) -> ValueError:
    inside = " of what it holds" if path.suffix in COMPRESSED else ""
    return ValueError(
        f"{path} is not UTF-8 text: byte 0x{problem.object[problem.start]:02x}"
        f" at offset {start + problem.start}{inside}; convert the file, or "
        "let such bytes be replaced with --errors replace")


def needed(module: str, purpose: str):
    """An optional package, or how to get it."""
    import importlib
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise ValueError(
            f"{module} is needed {purpose}: "
            "pip install 'twinformer[data]'") from None
