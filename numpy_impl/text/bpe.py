"""Byte-level byte-pair encoding, the tokenizer of GPT-2 and of most models
since: common words are one token, rare words a few, and no text is unknown.

text -> pieces -> bytes -> merges -> ids
"""
from twinformer.tokenizers.bpe import ByteLevelBPE
from twinformer.tokenizers.fast.piece_cache import PieceCache

__all__ = ["BPETokenizer"]


class BPETokenizer(ByteLevelBPE):
    """id = rank of the token: 256 bytes first, then the merges in their order
    """

    def __init__(self, ranks, pattern="gpt2", special_tokens=None,
                 normalization=None):
        super().__init__(ranks, pattern, special_tokens, normalization)
        self.cache = PieceCache(self.ranks)

    def encode_ordinary(self, text):
        return self.cache.encode(self.find_pieces(self.prepared(text)))
