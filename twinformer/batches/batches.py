"""Which windows of a corpus each batch takes, in an order that a seed fixes.

An optimizer wants examples in random order, every one as often as the others,
and a run that was stopped must go on as if nothing had happened. The windows
are read by text/loader.py of either implementation.

Shapes: N = tokens of the corpus, B batch.
"""
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from .shards import ShardedTokens
from .window_order import ORDERS, WindowOrder
from .windows import check_windows

__all__ = ["Batches"]


class Batches:
    """The windows of each batch, without end, in an order that a seed fixes.

    The order depends on the seed and the epoch alone, so the state is two
    numbers, and a run that stops in mid-epoch goes on with the very next
    window.

    Parameters
    ----------
    tokens
        (N,) of any integer dtype; an ``np.memmap`` or the ``ShardedTokens``
        of a prepared corpus are read as needed.
    batch_size
        Windows in a batch.
    max_length, stride
        Of the windows; see ``SlidingWindows``.
    order
        "shuffled": every window once an epoch, in a new order each time.
        "random": windows at any offset, drawn with replacement; an epoch is
        as many of them. "sequential": every window once, from the front.
    drop_last
        Leave out the last batch of an epoch where windows are too few to fill
        it. False keeps it, smaller, for evaluation.
    rank, ranks
        For a distributed run: of the one stream of batches, every rank takes
        each batch number rank, rank + ranks, rank + 2 ranks, ... What the
        stream holds, and the state after a batch of all ranks, does not
        depend on how many there are.
    """

    def __init__(self, tokens: np.ndarray | ShardedTokens, batch_size: int,
                 max_length: int, stride: int | None = None,
                 order: str = "shuffled", seed: int = 0,
                 drop_last: bool = True, rank: int = 0, ranks: int = 1):
        if batch_size < 1 or seed < 0:
            raise ValueError("batch_size must be at least 1 and seed at least "
                             f"0, not {batch_size} and {seed}")
        if order not in ORDERS:
            raise ValueError(f"order must be one of {ORDERS}, not {order!r}")
        if not 0 <= rank < ranks:
            raise ValueError(f"rank must be in 0..{ranks - 1}, not {rank}")
        self.stride = check_windows(tokens, max_length, stride)
        self.tokens = tokens
        self.batch_size = batch_size
        self.max_length = max_length
        self.order, self.seed = order, seed
        self.rank, self.ranks = rank, ranks
        ends = np.concatenate([tokens[:2**16], tokens[-2**16:]])
        self._identity = {      # what the stream of batches depends on
            "seed": seed, "order": order, "max_length": max_length,
            "stride": self.stride, "n_tokens": len(tokens),
            "checksum": zlib.crc32(ends.astype("<u4").tobytes())}

        # "random" windows may start anywhere
        self.spacing = 1 if order == "random" else self.stride
        n_starts = len(tokens) - max_length
        self.n_windows = -(-n_starts // self.stride)
        self.per_epoch = (self.n_windows // batch_size * batch_size
                          if drop_last else self.n_windows)
        if self.per_epoch == 0:
            raise ValueError(
                f"the text has {self.n_windows} windows, too few for one "
                f"batch of {batch_size}: use a smaller batch_size, a longer "
                "text or drop_last=False")
        self.epoch, self.position = 0, 0    # windows used in this epoch
        self._order = WindowOrder(order, seed, self.n_windows, n_starts)

    def __len__(self) -> int:
        """Batches in an epoch, of all ranks."""
        return -(-self.per_epoch // self.batch_size)

    def stream(self, forever: bool = True
               ) -> Iterator[tuple[np.ndarray, dict[str, Any]]]:
        """(the indices of a batch's windows (B,), the state after it)

        forever : go on into the next epoch, or stop at the end of this one
        """
        epoch = self.epoch
        while forever or self.epoch == epoch:
            yield self.next_indices(), self.state_dict()

    def next_indices(self) -> np.ndarray:
        """-> (B,) the windows of this rank's next batch, and the stream goes
        on by a batch of each rank

        They are indices of ``SlidingWindows(tokens, max_length, spacing)``.
        """
        for rank in range(self.ranks):
            if rank == self.rank:
                last = min(self.position + self.batch_size, self.per_epoch)
                indices = self._order.indices(              # (B,)
                    self.epoch, self.position, last)
            self.position += self.batch_size
            if self.position >= self.per_epoch:
                self.epoch, self.position = self.epoch + 1, 0
        return indices

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
