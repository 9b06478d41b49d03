"""Byte-level byte-pair encoding, the tokenizer of GPT-2 and of most models
since: common words are one token, rare words a few, and no text is unknown.

    text -> pieces -> bytes -> merges -> ids

    l o w e r     ranks: "lo" 0, "er" 1, "low" 2
    lo  w e r     the lowest rank first, the leftmost of equals,
    lo  w er      until no two neighbours are a token together
    low   er
"""
import math
from collections import Counter

from twinformer.tokenizers.bpe import ByteLevelBPE
from twinformer.tokenizers.fast.piece_cache import PieceCache

__all__ = ["BPETokenizer"]


class BPETokenizer(ByteLevelBPE):
    """id = rank of the token: 256 bytes first, then the merges in their order

    Sennrich et al. 2016 (arXiv:1508.07909) on bytes, Radford et al. 2019. As
    in tiktoken, two neighbours may merge where their bytes together are a
    token, and a piece that is a token as a whole is that token.
    """

    # What the functions below say merge by merge, for a whole text at once:
    # twinformer/tokenizers/fast finds the same ids, some hundred times sooner.
    fast = True

    def __init__(self, ranks, pattern="gpt2", special_tokens=None,
                 normalization=None, added_tokens=None, marks=None):
        super().__init__(ranks, pattern, special_tokens, normalization,
                         added_tokens, marks)
        self.cache = PieceCache(self.ranks)

    def encode_plain(self, text):
        """text -> ids; every token that is written in it is plain text"""
        pieces = self.find_pieces(self.prepared(text))
        if self.fast:
            return self.cache.encode(pieces)
        return [id for piece in pieces
                for id in self.encode_piece(piece.encode())]

    def encode_piece(self, piece):
        """The bytes of one piece -> its ids"""
        if piece in self.ranks:
            return [self.ranks[piece]]
        return merge_piece(piece, self.ranks)

    @classmethod
    def learn_merges(cls, pieces, n_merges, min_count=2, progress=None):
        """{piece: how often} -> the pairs to merge, commonest first"""
        if cls.fast:
            return super().learn_merges(pieces, n_merges, min_count, progress)
        return learn_merges(pieces, n_merges, min_count)


def merge_piece(piece, ranks):
    """Play the merges of training back, in their order."""
    tokens = [piece[i:i + 1] for i in range(len(piece))]
    while len(tokens) > 1:
        pairs = [a + b for a, b in zip(tokens, tokens[1:])]
        lowest = min(pairs, key=lambda pair: ranks.get(pair, math.inf))
        if lowest not in ranks:
            break
        i = pairs.index(lowest)  # the leftmost
        tokens[i:i + 2] = [lowest]
    return [ranks[token] for token in tokens]


def learn_merges(pieces, n_merges, min_count):
    """Merge the commonest pair, and again. Algorithm 1 of Sennrich et al.

    Of pairs with equal counts the lexicographically greater one is merged.
    """
    words = {piece: [piece[i:i + 1] for i in range(len(piece))]
             for piece in pieces}
    merges = []
    while len(merges) < n_merges:
        counts = Counter()
        for piece, tokens in words.items():
            for pair in zip(tokens, tokens[1:]):
                counts[pair] += pieces[piece]
        commonest = max(counts, key=lambda pair: (counts[pair], pair),
                        default=None)
        if counts[commonest] < min_count:
            break
        merges.append(commonest)
        for tokens in words.values():
            merge_pair(tokens, *commonest)
    return merges


def merge_pair(tokens, a, b):
    """Put a + b wherever a stands before b, from the left, in place."""
    i = 0
    while i < len(tokens) - 1:
        if (tokens[i], tokens[i + 1]) == (a, b):
            tokens[i:i + 2] = [a + b]
        i += 1
