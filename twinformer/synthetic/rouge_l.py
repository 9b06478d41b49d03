"""How alike two short texts are: ROUGE-L, fast enough for a whole pool.

ROUGE-L (Lin 2004) is the F-measure of the longest common subsequence of
words: 2 L / (m + n). Every new task is compared with every kept one, so that
rouge-score's table of m x n cells would take most of the time; the same
number comes from one pass over n words with the m cells as the bits of one
integer (Hyyro 2004, "Bit-parallel LCS-length computation revisited").
"""
from collections import Counter
from collections.abc import Sequence

from ..evaluation.words import Words

__all__ = ["Pool", "longest_common_subsequence", "rouge_l"]


def longest_common_subsequence(a: Sequence[str], b: Sequence[str]) -> int:
    """Its length."""
    places: dict[str, int] = {}
    for i, word in enumerate(a):
        places[word] = places.get(word, 0) | 1 << i
    row = full = (1 << len(a)) - 1      # a 0 bit: the subsequence grows here
    for word in b:
        hits = row & places.get(word, 0)
        row = (row + hits | row - hits) & full
    return len(a) - row.bit_count()


def rouge_l(a: Sequence[str], b: Sequence[str]) -> float:
    """The F-measure, 0..1, of two lists of words; 0 where one is empty."""
    if not a or not b:
        return 0.0
    return 2 * longest_common_subsequence(a, b) / (len(a) + len(b))


class Pool:
    """Texts, and which of them a new one is too much like.

    Words are those of evaluate responses: of Chinese each character is one.

    Parameters
    ----------
    limit : float
        ROUGE-L above which two texts are alike; the paper's is 0.7.
    """

    def __init__(self, limit: float):
        self.limit = limit
        self.known: list[tuple[list[str], Counter[str]]] = []

    def add(self, text: str) -> None:
        words = Words().tokenize(text)
        self.known.append((words, Counter(words)))

    def alike(self, text: str) -> bool:
        """Whether a text is too much like one of the pool."""
        words = Words().tokenize(text)
        counts = Counter(words)
        for other, their_counts in self.known:
            # no subsequence is longer than what the two have in common, in
            # whatever order: that settles most pairs
            most = self.limit * (len(words) + len(other)) / 2
            if (min(len(words), len(other)) > most
                    and (counts & their_counts).total() > most
                    and rouge_l(words, other) > self.limit):
                return True
        return False
