"""The ids of pieces of text, merged once and looked up from then on."""
from .bpe_merging import merge_piece

__all__ = ["PieceCache"]


class PieceCache(dict):
    """The ids of every piece met lately.

    Most of a text is the same few thousand words again and again, so most
    pieces are looked up, not merged. This is what makes Python fast enough.
    """

    max_pieces = 2**17      # some 30 MB; when full, start again
    max_length = 256        # longer pieces hardly ever come back

    def __init__(self, ranks: dict[bytes, int]):
        super().__init__()
        self.ranks = ranks

    def __missing__(self, piece: str) -> tuple[int, ...]:
        data = piece.encode("utf-8")
        whole = self.ranks.get(data)
        ids = ((whole,) if whole is not None
               else tuple(merge_piece(data, self.ranks)))
        if len(data) <= self.max_length:
            if len(self) >= self.max_pieces:
                self.clear()
            self[piece] = ids
        return ids
