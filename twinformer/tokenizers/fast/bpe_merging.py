"""Byte-pair merging: from the bytes of one piece to its tokens.

Training found merges in an order, their rank: commonest first. Encoding plays
them back: among all neighbours that may merge, the lowest rank goes first,
the leftmost of equals, until no two neighbours may.

    l o w e r     ranks: "lo" 0, "er" 1, "low" 2
    lo  w e r
    lo  w er
    low   er
"""
import heapq

__all__ = ["merge_piece"]

# Below this many bytes a scan for the lowest rank is faster than a heap.
SHORT = 128
NEVER = 2**62       # the rank of a pair that may not merge: above all others


def merge_piece(piece: bytes, ranks: dict[bytes, int]) -> list[int]:
    """The token ids of a piece; the id of a token is its rank.

    A scan for each merge is quadratic in the length, and a heap is not: a
    megabyte of one letter takes seconds, not days.
    """
    if len(piece) < SHORT:
        return _merge_by_scan(piece, ranks)
    return _merge_by_heap(piece, ranks)


def _merge_by_scan(piece, ranks):
    rank_of = ranks.get
    tokens = [piece[i:i + 1] for i in range(len(piece))]
    # pair[i] is the rank of tokens[i] + tokens[i + 1]
    pair = [rank_of(piece[i:i + 2], NEVER) for i in range(len(piece) - 1)]
    while pair and (lowest := min(pair)) < NEVER:
        i = pair.index(lowest)
        merged = tokens[i] + tokens[i + 1]
        tokens[i:i + 2] = [merged]
        del pair[i]
        if i > 0:
            pair[i - 1] = rank_of(tokens[i - 1] + merged, NEVER)
        if i < len(pair):
            pair[i] = rank_of(merged + tokens[i + 1], NEVER)
    return [ranks[token] for token in tokens]


def _merge_by_heap(piece, ranks):
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
        _, start, middle, stop = heapq.heappop(heap)
        if after[start] != middle or after[middle] != stop:
            continue                   # one of the two has merged since
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
