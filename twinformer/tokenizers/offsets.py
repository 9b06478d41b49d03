"""Where in the text each token stands.

Shapes: N = tokens.
"""
from collections.abc import Iterable

import numpy as np

from .tokenizer import Tokenizer

__all__ = ["token_offsets"]


def token_offsets(tokenizer: Tokenizer, ids: Iterable[int]) -> np.ndarray:
    """-> (N, 2) int64: text[start:stop] is what each token stands for

    A token of a few bytes of a character spans all of it, so its neighbour
    may span it too.

    Parameters
    ----------
    ids
        The tokens of a whole text, with nothing cut off: ``text`` is what
        they decode to.

    Raises
    ------
    ValueError
        Where the ids are no whole text, or the tokenizer is one of words,
        which do not keep the white space of their text.
    """
    if tokenizer.spaced:
        raise ValueError(f"a {tokenizer.kind} tokenizer does not keep the "
                         "spaces of a text, so its tokens have no place in it")
    ids = list(ids)
    data = tokenizer.decode_bytes(ids)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("the ids are no whole text: byte "
                         f"{error.start} is not UTF-8") from None
    # A character begins at every byte that is not 10xxxxxx in binary.
    begins = (np.frombuffer(data, np.uint8) & 0xC0) != 0x80
    before = np.concatenate([[0], np.cumsum(begins)])   # characters so far
    stop = np.cumsum([len(tokenizer.token_bytes(i)) for i in ids], dtype=int)
    start = np.concatenate([[0], stop[:-1]])
    first = before[np.minimum(start + 1, stop)] - (stop > start)
    return np.stack([first, before[stop]], axis=1)
