"""The ids of pieces of text, merged once and looked up from then on.

Most of a text is the same few thousand words again and again, so most pieces
are looked up, not merged. This is what makes Python fast enough. What is new
is merged one by one (bpe_merging) or, of a longer text, all at once
(bpe_batches). Where most is new, as in Chinese, whose pieces are whole
phrases, it is not worth remembering, until a text shows that it comes back.
"""
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain

import numpy as np

from .bpe_batches import BatchMerger
from .bpe_merging import merge_piece

__all__ = ["PieceCache"]

TOGETHER = 2**15        # pieces in a batch, so that its arrays stay small
MANY = 2048             # from so many new pieces on, the tables pay
FEW = 64                # so few are merged faster one by one
LONG = 64               # characters; longer pieces would take many steps,
                        # and hardly ever come back


class PieceCache:
    """The ids of every piece met lately.

    A piece that is a token as a whole is that token, as in tiktoken, even if
    no merges lead there.
    """

    max_pieces = 2**17      # some 30 MB; when full, start again

    def __init__(self, ranks: dict[bytes, int]):
        self.ranks = ranks
        self.ids: dict[str, tuple[int, ...]] = {}
        self.n_merged = 0       # pieces that were no token, so far
        self.passed: set[str] = set()   # new ones of a text not remembered

    @cached_property
    def batches(self) -> BatchMerger:
        """Its tables take a moment: a fifth of a second for GPT-2's."""
        return BatchMerger(self.ranks)

    @cached_property
    def unreachable(self) -> set[str]:
        """The tokens that no merges lead to."""
        texts = [text for token in self.ranks if
                 (text := token.decode("utf-8", "ignore")).encode() == token]
        _, ends = self.batches.merge(texts)
        one = np.diff(ends, prepend=0) == 1
        return {text for text, reached in zip(texts, one) if not reached}

    def encode(self, pieces: Sequence[str]) -> list[int]:
        """The ids of all pieces together."""
        known = self.ids        # another thread may put a new one in its place
        new = set(pieces).difference(known)
        if (len(new) > max(MANY, len(pieces) / 4)
                and 2 * len(new & self.passed) <= len(new)
                and max(map(len, pieces)) <= LONG
                and self.unreachable.isdisjoint(pieces)):
            self.passed = new
            return np.concatenate([self.batches.merge(batch)[0] for batch in
                                   in_batches(pieces)]).tolist()
        learned = self.learned(list(new))
        long = {piece: learned.pop(piece) for piece in new
                if len(piece) > LONG}
        known.update(learned)
        if len(known) > self.max_pieces:
            self.ids = {}
        if long:
            known = known | long
        return list(chain.from_iterable(map(known.__getitem__, pieces)))

    def learned(self, pieces: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """The ids of new pieces."""
        tokens = list(map(self.ranks.get, map(str.encode, pieces)))
        ids: dict[str, tuple[int, ...]] = {
            piece: (token,) for piece, token in zip(pieces, tokens)
            if token is not None}
        rest = [piece for piece in pieces if piece not in ids]
        self.n_merged += len(rest)
        if len(rest) >= FEW and self.n_merged >= MANY:
            short = [piece for piece in rest if len(piece) <= LONG]
            rest = [piece for piece in rest if len(piece) > LONG]
            for batch in in_batches(short):
                of_all, of_each = self.batches.merge(batch)
                found, ends = tuple(of_all.tolist()), of_each.tolist()
                ids.update((piece, found[start:end]) for piece, start, end
                           in zip(batch, [0, *ends], ends))
        for piece in rest:
            ids[piece] = tuple(merge_piece(piece.encode(), self.ranks))
        return ids


def in_batches(pieces: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(pieces), TOGETHER):
        yield pieces[start:start + TOGETHER]
