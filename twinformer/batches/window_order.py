"""In which order the windows of a text come, epoch by epoch.

It depends on the seed and the epoch alone. Bits are drawn by
``PCG64.random_raw``, whose stream NumPy keeps the same on all platforms and
in all versions.

Shapes: B windows.
"""
import numpy as np

from .permutation import permuted

__all__ = ["ORDERS", "WindowOrder"]

ORDERS = ("shuffled", "random", "sequential")
# A longer list of windows in random order is computed, not kept in memory.
LISTED = 2**22


class WindowOrder:
    """The windows of an epoch, one after the other, by their indices.

    Parameters
    ----------
    order
        One of ORDERS; see ``Batches``.
    n_windows
        "shuffled" and "sequential" take each of 0..n_windows - 1 once.
    n_starts
        "random" draws from 0..n_starts - 1.
    """

    def __init__(self, order: str, seed: int, n_windows: int, n_starts: int):
        self.order, self.seed = order, seed
        self.n_windows, self.n_starts = n_windows, n_starts
        self._shuffled: tuple[int, np.ndarray] | None = None

    def indices(self, epoch: int, first: int, last: int) -> np.ndarray:
        """-> (last - first,) which windows come as number first, ...,
        last - 1 of an epoch"""
        wanted = np.arange(first, max(first, last))
        if self.order == "sequential":
            return wanted
        if self.order == "random":
            bits = np.random.PCG64([self.seed, epoch]).advance(first)
            draws = bits.random_raw(len(wanted))
            return (draws % self.n_starts).astype(np.int64)
        if self.n_windows > LISTED:
            return permuted(wanted, self.n_windows, self.seed, epoch)
        if self._shuffled is None or self._shuffled[0] != epoch:
            draws = np.random.PCG64([self.seed, epoch]).random_raw(
                self.n_windows)
            self._shuffled = epoch, np.argsort(draws, kind="stable")
        return self._shuffled[1][wanted]
