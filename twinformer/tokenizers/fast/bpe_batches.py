"""Byte-pair merging of many pieces at once: the fast branch of bpe_merging.

In Python a merge takes microseconds. Here each step does one merge in every
piece, and NumPy's loops do the work: find the lowest rank of each piece, the
leftmost of equals, merge there, look up the ranks of the two new pairs.

    w i d e | w i d e r | w i n    ranks: "wi" 0, "de" 1, "wide" 2, "er" 3
    wi d e  | wi d e r  | wi n     the first step: one merge in each piece
    wi de   | wi de r   |          what is finished does not come again

Most characters are laid out as the tokens that their own bytes merge to,
which saves two steps in three for Chinese; see early_merges.

Shapes: N = tokens of all pieces, with an END behind each; P pieces.
"""
from collections.abc import Sequence

import numpy as np

from .early_merges import early_merges
from .pair_ranks import NEVER, PairRanks

__all__ = ["BatchMerger"]

END, GONE = -1, -2      # behind a piece; merged into the token before it
FENCE = 0xdcff          # stands for END in a text, as no character does


class BatchMerger:
    """Pieces of text -> ids, the same as by ``merge_piece``."""

    def __init__(self, ranks: dict[bytes, int]):
        self.ranks = ranks
        self.pair_ranks = PairRanks(ranks)
        self.early = early_merges(ranks)
        # Of each character: 0 its tokens, 1 its bytes. Lines are filled when
        # a character comes for the first time; the rest takes no memory.
        self.layouts = np.zeros((2, 0x110000, 4), np.int32)
        self.layouts[:, FENCE] = END, GONE, GONE, GONE
        self.borders = np.zeros((2, 0x110000), np.uint8)    # first, last byte

    def merge(self, pieces: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """-> ids (N - P,) of all pieces together, and where each ends (P,)"""
        token = self.all_steps(self.lay_out(pieces))                # (N,)
        ends = np.flatnonzero(token == END)                         # (P,)
        return token[token != END], ends - np.arange(len(ends))

    def lay_out(self, pieces: Sequence[str]) -> np.ndarray:
        """-> (N,) int32: the tokens that the first step begins with"""
        codes = np.frombuffer("".join(pieces).encode("utf-32-le"), "<u4")
        ends = np.cumsum(np.fromiter(map(len, pieces), np.int64, len(pieces)))
        codes = np.insert(codes, ends, FENCE)
        if len(new := codes[self.layouts[0, codes, 1] == 0]):
            self.meet(np.unique(new).tolist())
        first, last = self.borders[:, codes]                        # (N,)
        early = self.early[last, np.roll(first, -1)]
        early |= np.roll(early, 1)      # a border has two sides
        token = self.layouts[early.astype(np.int8), codes].ravel()
        return token[token != GONE]

    def meet(self, codes: Sequence[int]) -> None:
        """Characters are laid out in bytes, and then as what these become."""
        for code in codes:
            data = chr(code).encode()
            single = [self.ranks[bytes([byte])] for byte in data]
            self.borders[:, code] = data[0], data[-1]
            self.layouts[:, code] = (single + [GONE] * 3)[:4]
        ids, ends = self.merge([chr(code) for code in codes])
        for code, of_one in zip(codes, np.split(ids, ends)):
            self.layouts[0, code, :len(of_one)] = of_one
            self.layouts[0, code, len(of_one):] = GONE

    def all_steps(self, token: np.ndarray) -> np.ndarray:
        """(N,) -> (N,), fewer: one merge a step in each unfinished piece"""
        merged = np.full_like(token, GONE)
        place = np.arange(len(token), dtype=np.int32)       # in merged
        rank = self.pair_ranks(token, np.roll(token, -1))   # with the next
        length = np.diff(np.flatnonzero(token == END), prepend=-1)      # (P,)
        while len(token):
            start = np.cumsum(length) - length
            lowest = np.minimum.reduceat(
                rank.astype(np.int64) << 32 | np.arange(len(rank)), start)
            unfinished = lowest >> 32 != NEVER
            keep = np.repeat(unfinished, length)
            merged[place[~keep]] = token[~keep]

            i = lowest[unfinished] & NEVER      # in each piece, where
            token[i] = lowest[unfinished] >> 32
            keep[i + 1] = False
            token, place, rank = token[keep], place[keep], rank[keep]
            i -= start[unfinished]              # where it is without the rest
            length = length[unfinished] - 1
            i += np.cumsum(length) - length

            changed = np.concatenate([i, i[i > 0] - 1])
            rank[changed] = self.pair_ranks(token[changed],
                                            token[changed + 1])
        return merged[merged != GONE]
