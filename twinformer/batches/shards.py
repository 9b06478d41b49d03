"""Token ids in many files, larger than memory, read like one array.

A shard is a raw little-endian file of uint16 or uint32. The operating system
brings in the pages that are read, and drops them again (np.memmap).

Shapes: N = tokens in all, B rows, T tokens of a row.
"""
from collections.abc import Sequence

import numpy as np

__all__ = ["ShardedTokens"]


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

    def _stretch(self, start: int, stop: int) -> np.ndarray:
        parts = [np.empty(0, self.dtype)]
        number = int(np.searchsorted(self.ends, start, "right"))
        while start < stop and number < len(self.shards):
            shard = self.shards[number]     # it may be empty
            first = start - (int(self.ends[number]) - len(shard))
            part = shard[first:first + stop - start]
            parts.append(part)
            start, number = start + len(part), number + 1
        return np.concatenate(parts)
