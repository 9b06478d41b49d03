"""Byte-pair encoding learns its vocabulary: merge the commonest pair, repeat.

Sennrich et al. 2016 (arXiv:1508.07909), algorithm 1, on bytes as in GPT-2.
Text is cut into pieces (see patterns.py), and equal pieces are counted once.
Then, until there are enough tokens: find the pair of neighbouring tokens with
the largest count, make it a token, put it wherever the pair stands.

Counting all pairs anew for each merge would take (merges * text). Here a merge
touches only the places where its pair stands, and each shortens the text by
one token: all merges together touch no more places than the text has bytes.
"""
import heapq
import operator
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .patterns import compile_pattern

__all__ = ["count_pieces", "learn_merges"]

NONE = -1           # no token, no neighbour
BYTES = [bytes([byte]) for byte in range(256)]


def count_pieces(texts: str | Iterable[str], pattern: str) -> Counter[str]:
    """How often each piece of the pre-split pattern occurs in the texts."""
    find_pieces = compile_pattern(pattern).findall
    pieces: Counter[str] = Counter()
    for text in [texts] if isinstance(texts, str) else texts:
        pieces.update(find_pieces(text))
    return pieces


def learn_merges(
    pieces: Mapping[Any, int], n_merges: int, min_count: int = 2,
    progress: Callable[[int, int], None] | None = None,
    alphabet: Sequence[bytes] = BYTES,
    join: Callable[[bytes, bytes], bytes] = operator.add,
) -> list[tuple[bytes, bytes]]:
    """The merges, commonest first; fewer than asked where pairs run out.

    Parameters
    ----------
    pieces
        How often each piece occurs. Merges stay inside a piece. A piece is
        bytes, or a tuple of places in the alphabet.
    min_count
        Pairs that occur less often are not merged.
    progress
        Called with (merges so far, n_merges).
    alphabet
        The tokens to begin with.
    join
        What token two tokens become.

    Notes
    -----
    Of pairs with equal counts the lexicographically greater one is merged,
    compared as a pair of byte strings: b"ab", b"c" before b"a", b"bc".
    Overlapping occurrences (aaa has two aa) all count; they merge from the
    left. The same text gives the same merges on every machine.
    """
    tokens = list(alphabet)
    token, left, right, weight = _lay_out(pieces)
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for i, j in enumerate(right):
        if j != NONE:
            counts[token[i], token[j]] += weight[i]
    # Where each pair stands. The count of a pair only falls, once the merge
    # that made it is done: a pair that is too rare now need not be found.
    places: dict[tuple[int, int], array] = defaultdict(lambda: array("i"))
    for i, j in enumerate(right):
        if j != NONE and counts[token[i], token[j]] >= min_count:
            places[token[i], token[j]].append(i)

    greatest_first = list(map(_reversed_order, tokens))

    def entry(pair):
        a, b = pair
        return -counts[pair], greatest_first[a], greatest_first[b], pair

    heap = [entry(pair) for pair, n in counts.items() if n >= min_count]
    heapq.heapify(heap)
    merges: list[tuple[bytes, bytes]] = []
    while heap and len(merges) < n_merges:
        negative_count, *_, pair = heapq.heappop(heap)
        if -negative_count != counts[pair]:     # it has lost places since
            if counts[pair] >= min_count:
                heapq.heappush(heap, entry(pair))
            continue
        a, b = pair
        new = len(tokens)
        merges.append((tokens[a], tokens[b]))
        tokens.append(join(tokens[a], tokens[b]))
        greatest_first.append(_reversed_order(tokens[new]))

        touched = set()         # the pairs that the new token now stands in
        for i in places.pop(pair):
            j = right[i]
            if token[i] != a or j == NONE or token[j] != b:
                continue                        # a merge took one of the two
            n, h, k = weight[i], left[i], right[j]      # h [i j] k
            token[i], token[j] = new, NONE
            right[i] = k
            if h != NONE:
                counts[token[h], a] -= n
                counts[token[h], new] += n
                places[token[h], new].append(h)
                touched.add((token[h], new))
            if k != NONE:
                left[k] = i
                counts[b, token[k]] -= n
                counts[new, token[k]] += n
                places[new, token[k]].append(i)
                touched.add((new, token[k]))
        del counts[pair]
        for pair in touched:
            if counts[pair] >= min_count:
                heapq.heappush(heap, entry(pair))
            else:
                del places[pair]
        if progress:
            progress(len(merges), n_merges)
    return merges


def _lay_out(pieces):
    """All pieces end to end: for every byte (or place in the alphabet) its
    token, its neighbours within the piece, and how often the piece occurs."""
    token, left, right = array("i"), array("i"), array("i")
    weight = array("q")             # a list takes several times the memory
    for piece, count in pieces.items():
        start, stop = len(token), len(token) + len(piece)
        token.extend(piece)
        left.extend([NONE, *range(start, stop - 1)] if piece else [])
        right.extend([*range(start + 1, stop), NONE] if piece else [])
        weight.extend([count] * len(piece))
    return token, left, right, weight


def _reversed_order(token: bytes) -> str:
    """A key that sorts byte strings in reverse: heapq pops the smallest."""
    return "".join(chr(255 - byte) for byte in token) + chr(256)
