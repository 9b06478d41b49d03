"""Byte-pair merging of one long piece: the loop of numpy_impl/text/bpe.py,
with a heap in place of a scan for each merge.

A scan is quadratic in the length of the piece; with a heap a megabyte of one
letter takes seconds, not days.
"""
import heapq

__all__ = ["merge_piece"]


def merge_piece(piece: bytes, ranks: dict[bytes, int],
                merged: list[int] | None = None) -> list[int]:
    """The token ids of a piece; the id of a token is its rank.

    merged : takes the ranks of the merges, in their order, if it is given
    """
    end = len(piece)
    before = list(range(-1, end - 1))  # where the token to the left starts
    after = list(range(1, end + 1))    # where the token to the right starts

    def candidate(i):
        """(rank, start, middle, stop) of the token at i and the next one."""
        middle = after[i]
        stop = after[middle] if middle < end else end + 1
        rank = ranks.get(piece[i:stop]) if stop <= end else None
        return None if rank is None else (rank, i, middle, stop)

    heap = [c for i in range(end) if (c := candidate(i))]
    heapq.heapify(heap)
    while heap:
        rank, start, middle, stop = heapq.heappop(heap)
        if after[start] != middle or after[middle] != stop:
            continue                   # one of the two has merged since
        if merged is not None:
            merged.append(rank)
        after[start] = stop
        after[middle] = -1             # no token starts here any more
        if stop < end:
            before[stop] = start
        for i in (before[start], start):
            if i >= 0 and (c := candidate(i)):
                heapq.heappush(heap, c)

    tokens, start = [], 0
    while start < end:
        tokens.append(ranks[piece[start:after[start]]])
        start = after[start]
    return tokens
