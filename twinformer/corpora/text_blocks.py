"""A file of any size, plain or compressed -> its text, block by block.

The beginning tells its encoding. Bytes that are not of it are an error that
names the file and the offset, or are replaced by U+FFFD.
"""
import codecs
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ..io.extras import library
from ..io.foreign_files import check_text, foreign_file
from ..io.text_files import encoding_of, not_text

__all__ = ["COMPRESSED", "beginning", "is_text", "opened", "read_blocks",
           "read_lines"]

BLOCK = 2**18
COMPRESSED = (".gz", ".zst")


def read_blocks(path: Path, errors: str) -> Iterator[str]:
    """The text of a file in blocks, without a byte-order mark."""
    offset, decoder = 0, None
    with opened(path) as file:
        while True:
            block = content_of(file, path)
            if decoder is None:
                check_text(str(path), block)
                encoding = encoding_of(block)
                decoder = codecs.getincrementaldecoder(encoding)(
                    policy(errors))
            waiting = len(decoder.getstate()[0])
            try:
                yield decoder.decode(block, final=not block)
            except UnicodeDecodeError as problem:
                raise not_utf8(path, encoding, offset - waiting, problem
                               ) from None
            offset += len(block)
            if not block:
                return


def read_lines(path: Path, errors: str) -> Iterator[str]:
    """The lines of a file, which end at \\n alone."""
    rest = ""
    for block in read_blocks(path, errors):
        *lines, rest = (rest + block).split("\n") if "\n" in block else (
            rest + block,)
        yield from lines
    yield rest


def beginning(path: Path) -> bytes:
    """The first block of what a file holds."""
    with opened(path) as file:
        return content_of(file, path)


def is_text(path: Path) -> bool:
    """Whether a file, as it begins, is text: no zeros, and decodable."""
    begins = beginning(path)
    if foreign_file(path.name, begins):
        return False
    encoding = encoding_of(begins)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return bool(begins) and "\0" not in decoder.decode(begins)
    except UnicodeDecodeError:
        return False


def opened(path: Path) -> IO[bytes]:
    """A file, or what a compressed file holds."""
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rb")  # type: ignore[return-value]
    if path.name.lower().endswith(".zst"):
        # unlike zstandard it says where a file is cut off
        return library("backports.zstd", "data", "to read .zst files").open(path, "rb")
    return open(path, "rb")


def content_of(file: IO[bytes], path: Path) -> bytes:
    """The next block."""
    try:
        return file.read(BLOCK)
    except Exception as problem:  # zlib.error, ZstdError, EOFError, OSError
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        raise ValueError(f"{path} is damaged: {problem}") from None


def policy(errors: str) -> str:
    return "strict" if errors == "error" else "replace"


def not_utf8(path: Path, encoding: str, start: int, problem) -> ValueError:
    error = not_text(str(path), encoding, start + problem.start,
                     problem.object, start)
    return ValueError(f"{error}; data prepare --errors replace replaces "
                      "such bytes")
