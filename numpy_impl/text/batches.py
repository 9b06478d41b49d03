"""Token ids -> batches: what a model reads, and what it should say.

A language model learns to predict the next token at every position, so the
target of a window is the same window one step later:

    tokens   5  3  8  1  9  4
    inputs   5  3  8  1
    targets     3  8  1  9

Shapes: N = tokens of the corpus, W windows, B batch, T max_length.
"""
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

__all__ = ["sliding_windows", "Batches"]

ORDERS = ("shuffled", "random", "sequential")


def sliding_windows(tokens: np.ndarray, max_length: int,
                    stride: int | None = None):
    """tokens (N,) -> inputs (W, T), targets (W, T): views, nothing is copied

    Windows start at 0, stride, 2 * stride, ... (default: max_length, so that
    no token is an input twice). What is left at the end and does not fill a
    window is not used: fewer than max(stride, max_length) tokens.

    Raises ValueError where the corpus is shorter than one window.
    """
    stride = max_length if stride is None else stride
    if max_length < 1 or stride < 1:
        raise ValueError("max_length and stride must be at least 1, not "
                         f"{max_length} and {stride}")
    if tokens.ndim != 1 or not np.issubdtype(tokens.dtype, np.integer):
        raise TypeError("tokens must be one-dimensional and of an integer "
                        f"dtype, not {tokens.dtype} {tokens.shape}")
    if len(tokens) <= max_length:
        raise ValueError(
            f"a window of max_length {max_length} needs {max_length + 1} "
            f"tokens (the last is a target only), but there are "
            f"{len(tokens)}: use a longer text or a smaller max_length")
    windows = sliding_window_view(tokens, max_length + 1)[::stride]
    return windows[:, :-1], windows[:, 1:]


class Batches:
    """Endless batches of windows, in an order that a seed fixes.

    The order depends on the seed and the epoch alone, so the state is three
    numbers, and a run that stops in mid-epoch goes on with the very next
    window. Bits are drawn by ``PCG64.random_raw``, whose stream NumPy keeps
    the same on all platforms and in all versions.

    Parameters
    ----------
    tokens
        (N,) of any integer dtype; an ``np.memmap`` is read as needed.
    batch_size
        Windows in a batch of this rank.
    max_length, stride
        As in ``sliding_windows``.
    order
        "shuffled": every window once an epoch, in a new order each time.
        "random": windows at any offset, drawn with replacement; an epoch is
        as many of them. "sequential": every window once, from the front.
    drop_last
        Leave out the last batch of an epoch where windows are too few to fill
        it (for all ranks). False keeps it, smaller, for evaluation.
    rank, ranks
        For a distributed run: every rank takes its own rows of each global
        batch of ranks * batch_size windows. The order of windows is the same
        for any number of ranks.
    """

    def __init__(self, tokens: np.ndarray, batch_size: int, max_length: int,
                 stride: int | None = None, order: str = "shuffled",
                 seed: int = 0, drop_last: bool = True,
                 rank: int = 0, ranks: int = 1):
        if batch_size < 1 or seed < 0:
            raise ValueError("batch_size must be at least 1 and seed at least "
                             f"0, not {batch_size} and {seed}")
        if order not in ORDERS:
            raise ValueError(f"order must be one of {ORDERS}, not {order!r}")
        if not 0 <= rank < ranks:
            raise ValueError(f"rank must be in 0..{ranks - 1}, not {rank}")
        sliding_windows(tokens, max_length, stride)     # checks its arguments
        self.tokens = tokens
        self.windows = sliding_window_view(tokens, max_length + 1)
        self.batch_size = batch_size
        self.max_length = max_length
        self.stride = max_length if stride is None else stride
        self.order, self.seed = order, seed
        self.rank, self.ranks = rank, ranks
        ends = np.concatenate([tokens[:2**16], tokens[-2**16:]])
        self._identity = {      # what the stream of batches depends on
            "seed": seed, "order": order, "max_length": max_length,
            "stride": self.stride, "n_tokens": len(tokens),
            "checksum": zlib.crc32(ends.astype("<u4").tobytes())}

        self.n_windows = -(-len(self.windows) // self.stride)
        together = batch_size * ranks
        self.per_epoch = (self.n_windows // together * together if drop_last
                          else self.n_windows)
        if self.per_epoch == 0:
            raise ValueError(
                f"the text has {self.n_windows} windows, too few for one "
                f"batch of {together}: use a smaller batch_size, a longer "
                "text or drop_last=False")
        self.epoch, self.position = 0, 0    # windows used in this epoch
        self._starts: tuple[int, np.ndarray] | None = None

    def __len__(self) -> int:
        """Batches in an epoch."""
        return -(-self.per_epoch // (self.batch_size * self.ranks))

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The batches that are left of this epoch."""
        epoch = self.epoch
        while self.epoch == epoch:
            yield self.next_batch()

    def next_batch(self) -> tuple[np.ndarray, np.ndarray]:
        """-> inputs (B, T) int64, targets (B, T) int64; never ends"""
        first = self.position + self.rank * self.batch_size
        last = min(first + self.batch_size, self.per_epoch)
        starts = self._epoch_starts()[first:last]               # (B,)
        rows = self.windows[starts].astype(np.int64)            # (B, T + 1)

        self.position += self.batch_size * self.ranks
        if self.position >= self.per_epoch:
            self.epoch, self.position = self.epoch + 1, 0
        return rows[:, :-1], rows[:, 1:]

    def state_dict(self) -> dict[str, Any]:
        """Where the stream stands, ready for JSON."""
        return {"epoch": self.epoch, "position": self.position,
                **self._identity}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where ``state_dict`` was taken.

        Raises ValueError where the state is of another corpus, seed or
        shape of window: the stream would not be the same. batch_size and
        ranks may differ.
        """
        for name, mine in self._identity.items():
            if state.get(name) != mine:
                raise ValueError(
                    f"the saved state of the batches has {name} "
                    f"{state.get(name)!r}, this run has {mine!r}: resume "
                    "with the same corpus and settings")
        epoch, position = state.get("epoch"), state.get("position")
        if not (isinstance(epoch, int) and isinstance(position, int)
                and min(epoch, position) >= 0):
            raise ValueError("the saved state of the batches is damaged: "
                             f"epoch {epoch!r}, position {position!r}")
        if position >= self.per_epoch:      # larger batches end it earlier
            epoch, position = epoch + 1, 0
        self.epoch, self.position = epoch, position

    def _epoch_starts(self) -> np.ndarray:
        """-> (W,) where the windows of this epoch start, in their order"""
        if self._starts is None or self._starts[0] != self.epoch:
            bits = np.random.PCG64([self.seed, self.epoch])
            if self.order == "sequential":
                starts = np.arange(self.n_windows) * self.stride
            elif self.order == "shuffled":
                draws = bits.random_raw(self.n_windows)
                starts = np.argsort(draws, kind="stable") * self.stride
            else:
                draws = bits.random_raw(self.n_windows)
                starts = (draws % len(self.windows)).astype(np.int64)
            self._starts = self.epoch, starts
        return self._starts[1]
