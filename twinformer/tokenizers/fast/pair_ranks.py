"""Which neighbours may merge: (token, token) -> rank, for many pairs at once.

A dictionary answers one question at a time, this hash table an array of them.
The slot of a pair is the upper bits of its number times a large constant;
where another pair is there already, it is the next free slot after it ("open
addressing", Knuth, The Art of Computer Programming, volume 3, 6.4).

Shapes: P pairs in the table, N questions.
"""
import numpy as np

__all__ = ["NEVER", "PairRanks"]

NEVER = 2**31 - 1       # the rank of a pair that may not merge: above all
FREE = np.uint64(2**64 - 1)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)      # 2**64 / golden ratio


class PairRanks:
    """The rank of every pair of tokens whose bytes together are a token.

    ranks : from 0 to below NEVER
    """

    def __init__(self, ranks: dict[bytes, int]):
        pairs = [(ranks[token[:cut]], ranks[token[cut:]], rank)
                 for token, rank in ranks.items()
                 for cut in range(1, len(token))
                 if token[:cut] in ranks and token[cut:] in ranks]
        left, right, rank = np.array(pairs, np.int64).reshape(-1, 3).T  # (P,)
        bits = max(4, (2 * len(rank)).bit_length())     # half of it stays free
        self._shift = np.uint64(64 - bits)
        self._keys = np.full(2**bits + len(rank), FREE)
        self._ranks = np.full(2**bits + len(rank), NEVER, np.int32)

        keys = pair_keys(left, right)
        slots = self._slots(keys)
        waiting = np.arange(len(keys))
        while len(waiting):
            free = waiting[self._keys[slots[waiting]] == FREE]
            self._keys[slots[free]] = keys[free]    # of rivals one stays
            waiting = waiting[self._keys[slots[waiting]] != keys[waiting]]
            slots[waiting] += 1
        self._ranks[slots] = rank

    def __call__(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """left (N,), right (N,) -> ranks (N,) int32

        NEVER for all other pairs; a negative number is no token.
        """
        keys = pair_keys(left, right)
        slots = self._slots(keys)
        found = self._keys[slots]                                   # (N,)
        wrong = np.flatnonzero((found != keys) & (found != FREE))
        while len(wrong):
            slots[wrong] += 1
            found = self._keys[slots[wrong]]
            wrong = wrong[(found != keys[wrong]) & (found != FREE)]
        return self._ranks[slots]

    def _slots(self, keys: np.ndarray) -> np.ndarray:
        return (keys * GOLDEN >> self._shift).astype(np.int64)


def pair_keys(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """One number for both: (N,) uint64"""
    return left.astype(np.uint64) << np.uint64(32) | right.astype(np.uint32)
