"""Byte-level byte-pair encoding, the tokenizer of GPT-2 and of most models
since: common words are one token, rare words a few, and no text is unknown.

text -> pieces -> bytes -> merges -> ids, all of it by tiktoken, in Rust
"""
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import tiktoken

from twinformer.tokenizers.bpe import ByteLevelBPE

__all__ = ["BPETokenizer"]

TOGETHER = 256          # texts that tiktoken's threads take at a time


class BPETokenizer(ByteLevelBPE):
    """id = rank of the token: 256 bytes first, then the merges in their order
    """

    def __init__(self, ranks, pattern="gpt2", special_tokens=None,
                 normalization=None):
        super().__init__(ranks, pattern, special_tokens, normalization)
        self.encoding = tiktoken.Encoding(
            "twinformer", pat_str=self.pattern, mergeable_ranks=self.ranks,
            special_tokens=self.special_tokens)

    def encode_ordinary(self, text):
        return self.encoding.encode_ordinary(self.prepared(text))

    def encode_batch(self, texts: Iterable[str],
                     processes: int = 1) -> Iterator[np.ndarray]:
        """tiktoken's own threads take the part of processes."""
        texts = map(self.prepared, texts)
        while some := list(islice(texts, TOGETHER)):
            for ids in self.encoding.encode_ordinary_batch(
                    some, num_threads=processes):
                yield np.array(ids, np.uint32)
