"""Byte-level byte-pair encoding, the tokenizer of GPT-2 and of most models
since: common words are one token, rare words a few, and no text is unknown.

    text -> pieces -> bytes -> merges -> ids

All of it by tiktoken, in Rust; it does not learn merges, which
twinformer/tokenizers does for both packages.
"""
from itertools import islice

import numpy as np
import tiktoken

from twinformer.tokenizers.bpe import ByteLevelBPE

__all__ = ["BPETokenizer"]

TOGETHER = 256  # texts that tiktoken's threads take at a time


class BPETokenizer(ByteLevelBPE):
    """id = rank of the token: 256 bytes first, then the merges in their order

    Sennrich et al. 2016 (arXiv:1508.07909) on bytes, Radford et al. 2019. As
    in tiktoken, two neighbours may merge where their bytes together are a
    token, and a piece that is a token as a whole is that token.
    """

    def __init__(self, ranks, pattern="gpt2", special_tokens=None,
                 normalization=None, added_tokens=None, marks=None):
        super().__init__(ranks, pattern, special_tokens, normalization,
                         added_tokens, marks)
        self.encoding = tiktoken.Encoding(
            "twinformer", pat_str=self.pattern, mergeable_ranks=self.ranks,
            special_tokens=self.special_tokens)

    def encode_plain(self, text):
        """text -> ids; every token that is written in it is plain text"""
        return self.encoding.encode_ordinary(self.prepared(text))

    def encode_batch(self, texts, processes=1):
        """Yield the ids of each text, (N,) uint32, by tiktoken's threads."""
        if self.added_tokens:           # which are no plain text
            yield from super().encode_batch(texts, processes)
            return
        texts = map(self.prepared, texts)
        while some := list(islice(texts, TOGETHER)):
            for ids in self.encoding.encode_ordinary_batch(
                    some, num_threads=processes):
                yield np.array(ids, np.uint32)
