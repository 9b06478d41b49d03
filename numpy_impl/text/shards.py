"""Token ids in many files, larger than memory, read like one array.

A shard is a raw little-endian file of uint16 or uint32. The operating system
brings in the pages that are read, and drops them again (np.memmap).

Shapes: N = tokens in all, B rows, T tokens of a row.
"""
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

__all__ = ["ShardedTokens", "ShardWriter"]


class ShardedTokens:
    """(N,) integers in several memory-mapped files.

    It has what the code that reads tokens needs of an array: ``len``,
    ``dtype``, ``shape``, indexing by integers, slices and arrays of
    integers. Only what is asked for is read.

    Parameters
    ----------
    shards
        1-D arrays of one dtype, np.memmap or others.
    """

    ndim = 1

    def __init__(self, shards: Sequence[np.ndarray]):
        if not shards:
            raise ValueError("there must be at least one shard")
        if len({shard.dtype for shard in shards}) > 1:
            raise ValueError("shards must have one dtype, not "
                             f"{[str(shard.dtype) for shard in shards]}")
        self.shards = list(shards)
        self.dtype = shards[0].dtype
        self.ends = np.cumsum([len(shard) for shard in shards])     # (S,)
        self.shape = (int(self.ends[-1]),)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index):
        """A number, or an array that is a copy."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                return self[np.arange(start, stop, step)]
            return self._stretch(start, max(stop, start))
        if np.ndim(index) == 0:
            return self[np.asarray(index)[None]][0]
        positions = np.asarray(index)
        if not np.issubdtype(positions.dtype, np.integer):
            raise IndexError("tokens are indexed by integers, not by "
                             f"{positions.dtype}")
        flat = positions.astype(np.int64).ravel()
        flat = np.where(flat < 0, flat + len(self), flat)
        if flat.size and not 0 <= flat.min() <= flat.max() < len(self):
            raise IndexError(f"index out of range for {len(self)} tokens")
        out = np.empty(flat.shape, self.dtype)
        shard_of = np.searchsorted(self.ends, flat, "right")
        for number in np.unique(shard_of):
            mine = shard_of == number
            shard = self.shards[number]
            start = self.ends[number] - len(shard)
            out[mine] = shard[flat[mine] - start]
        return out.reshape(positions.shape)

    def __array__(self, dtype=None, copy=None):
        """All of it in memory; for small ones."""
        return self[:].astype(dtype or self.dtype, copy=False)

    def windows(self, starts: np.ndarray, length: int) -> np.ndarray:
        """-> (B, length), row by row the tokens from each start"""
        rows = np.empty((len(starts), length), self.dtype)
        shards = np.searchsorted(self.ends, starts, "right")
        for row, start, number in zip(rows, starts.tolist(),
                                      shards.tolist()):
            shard = self.shards[number]
            first = start - (int(self.ends[number]) - len(shard))
            part = shard[first:first + length]
            row[:len(part)] = part
            if len(part) < length:      # it goes on in the next shard
                row[len(part):] = self._stretch(
                    start + len(part), start + length)
        return rows

    def _stretch(self, start: int, stop: int) -> np.ndarray:
        parts = [np.empty(0, self.dtype)]
        number = int(np.searchsorted(self.ends, start, "right"))
        while start < stop:
            shard = self.shards[number]
            first = start - (int(self.ends[number]) - len(shard))
            part = shard[first:first + stop - start]
            if not len(part):
                break
            parts.append(part)
            start, number = start + len(part), number + 1
        return np.concatenate(parts)


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
