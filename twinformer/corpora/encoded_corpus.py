"""Many documents -> one array of token ids, ready to be cut into windows.

Shapes: N = tokens of the whole corpus.
"""
from collections.abc import Iterable

import numpy as np

from ..tokenizers.tokenizer import Tokenizer

__all__ = ["token_dtype", "encode_corpus"]


def token_dtype(vocab_size: int) -> np.dtype:
    """The smallest of uint16 and uint32 that holds every id."""
    return np.dtype(np.uint16 if vocab_size <= 2**16 else np.uint32)


def encode_corpus(tokenizer: Tokenizer, texts: Iterable[str],
                  processes: int = 1) -> np.ndarray:
    """texts -> (N,) uint16 or uint32

    Each text is a document. The tokenizer's end-of-text token, where it has
    one, follows each of them, so that a model learns where documents end and
    that what comes next is unrelated; its beginning of text, where its model
    wants one, stands in front. Special tokens that stand in a document
    are plain text: it is data, not a prompt.

    Parameters
    ----------
    processes
        With more than one the documents are encoded side by side; the result
        is the same. It pays from some tens of megabytes on.
    """
    if isinstance(texts, str):
        raise TypeError("texts must be an iterable of documents, not one str; "
                        "write [text]")
    dtype = token_dtype(tokenizer.vocab_size)
    begin, end = (np.array([] if i is None else [i], dtype) for i in (
        tokenizer.beginning_of_text, tokenizer.end_of_text))
    parts: list[np.ndarray] = [np.array([], dtype)]
    for ids in tokenizer.encode_batch(texts, processes):
        parts += begin, np.array(ids, dtype), end
    return np.concatenate(parts)
