"""Byte-level byte-pair encoding, the tokenizer of GPT-2 and of most models
since: common words are one token, rare words a few, and no text is unknown.

text -> pieces -> bytes -> merges -> ids, all of it by tiktoken, in Rust
"""
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np
import tiktoken

from numpy_impl.text.bpe import BPETokenizer as Reference

from twinformer.tokenizers.tokenizer import END_OF_TEXT
from twinformer.tokenizers.vocabulary import NormalForm

__all__ = ["BPETokenizer"]

TOGETHER = 256          # texts that tiktoken's threads take at a time


class BPETokenizer(Reference):
    """id = rank of the token: 256 bytes first, then the merges in their order

    The twin of numpy_impl.text.bpe: it learns its merges there and is saved
    as the same file; tiktoken encodes.
    """

    def __init__(self, ranks: dict[bytes, int], pattern: str = "gpt2",
                 special_tokens: dict[str, int] | None = None,
                 normalization: NormalForm | None = None):
        super().__init__(ranks, pattern, special_tokens, normalization)
        self.encoding = tiktoken.Encoding(
            "twinformer", pat_str=self.pattern, mergeable_ranks=self.ranks,
            special_tokens=self.special_tokens)

    @classmethod
    def train(cls, texts: str | Iterable[str], vocab_size: int,
              pattern: str = "gpt2",
              special_tokens: Iterable[str] = (END_OF_TEXT,),
              min_count: int = 2,
              progress: Callable[[int, int], None] | None = None):
        """Learn a vocabulary from text; see numpy_impl.text.bpe."""
        return super().train(texts, vocab_size, pattern, special_tokens,
                             min_count, progress)

    def encode_ordinary(self, text: str) -> list[int]:
        return self.encoding.encode_ordinary(self._prepared(text))

    def encode_batch(self, texts: Iterable[str],
                     processes: int = 1) -> Iterator[np.ndarray]:
        """tiktoken's own threads take the part of processes."""
        texts = map(self._prepared, texts)
        while some := list(islice(texts, TOGETHER)):
            for ids in self.encoding.encode_ordinary_batch(
                    some, num_threads=processes):
                yield np.array(ids, np.uint32)
