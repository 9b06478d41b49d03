"""Token ids -> files of a fixed size, which an interruption does not harm.

What was flushed is kept; what came after it is cut off when writing goes on.
"""
import os
from pathlib import Path
from typing import IO

import numpy as np

__all__ = ["ShardWriter"]


class ShardWriter:
    """Appends tokens to NAME-00000.bin, NAME-00001.bin, ...

    Parameters
    ----------
    folder, name
        Where the shards go, and what they are called.
    dtype
        uint16 or uint32; the files are little-endian on every machine.
    shard_tokens
        Tokens in each shard but the last.
    written
        Tokens of an earlier writer that are to be kept: what came after
        them is cut off.
    """

    def __init__(self, folder: Path, name: str, dtype: np.dtype,
                 shard_tokens: int, written: int = 0):
        self.folder, self.name = folder, name
        self.dtype = np.dtype(dtype).newbyteorder("<")
        self.shard_tokens, self.written = shard_tokens, written
        self._file: IO[bytes] | None = None
        self._rewind()

    def append(self, tokens: np.ndarray) -> None:
        """OSError where the disk is full; ``written`` is then too small."""
        while len(tokens):
            room = self.shard_tokens - self.written % self.shard_tokens
            part, tokens = tokens[:room], tokens[room:]
            if self._file is None:
                self._file = open(self.path(
                    self.written // self.shard_tokens), "ab")
            self._file.write(part.astype(self.dtype, copy=False).tobytes())
            self.written += len(part)
            if len(part) == room:
                self.close()

    def flush(self) -> None:
        """What was appended is on the disk when this returns."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            try:
                file.flush()
                os.fsync(file.fileno())
            finally:
                file.close()

    def path(self, number: int) -> Path:
        return self.folder / f"{self.name}-{number:05d}.bin"

    def paths(self) -> list[Path]:
        """The shards that hold something."""
        count = -(-self.written // self.shard_tokens)
        return [self.path(number) for number in range(count)]

    def _rewind(self) -> None:
        kept = set(self.paths())
        for path in self.folder.glob(f"{self.name}-[0-9]*.bin"):
            if path not in kept:
                path.unlink()
        if self.written % self.shard_tokens:
            last = self.paths()[-1]
            size = self.written % self.shard_tokens * self.dtype.itemsize
            if last.stat().st_size < size:
                raise ValueError(f"{last} is shorter than it was; delete "
                                 f"{self.folder} and prepare it again")
            os.truncate(last, size)
