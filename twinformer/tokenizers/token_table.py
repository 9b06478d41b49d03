"""What each token id stands for: ids -> bytes -> text.

Decoding, streaming and bits per byte need nothing of a tokenizer but this
table, so they are written once, here.

Shapes: N = tokens of a text, V = vocabulary size.
"""
from collections.abc import Iterable

import numpy as np

from .stream_decoder import StreamDecoder

__all__ = ["TokenTable", "bytes_per_token"]


class TokenTable:
    """The bytes of every id.

    Parameters
    ----------
    table
        The bytes of every ordinary id.
    special_tokens
        The id of every special token; no id may be in the table too.

    Raises
    ------
    ValueError
        Where two tokens have one id, or a special token is empty.
    """

    spaced: bool = False            # do words carry a space in front of them?

    def __init__(self, table: dict[int, bytes],
                 special_tokens: dict[str, int]):
        special_bytes = {i: s.encode() for s, i in special_tokens.items()}
        if "" in special_tokens:
            raise ValueError("a special token must not be the empty string")
        taken = sorted(table.keys() & special_bytes.keys())
        if taken or len(special_bytes) < len(special_tokens):
            raise ValueError(
                "every special token needs an id of its own, but "
                f"{special_tokens} uses {taken or 'one id'} twice")
        self.special_tokens = dict(special_tokens)
        self._table = table | special_bytes
        self.vocab_size = 1 + max(self._table, default=-1)

    @property
    def table(self) -> dict[int, bytes]:
        """The bytes of every id; of two tokenizers with the same table each
        can read what the other's model writes."""
        return dict(self._table)

    def token_bytes(self, token: int) -> bytes:
        """The bytes that an id stands for; ValueError where there are none."""
        try:
            return self._table[token]
        except (KeyError, TypeError):
            raise ValueError(
                f"token id {token!r} is not in this vocabulary of "
                f"{self.vocab_size} ids; was the text encoded by another "
                "tokenizer?") from None

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes of a list or a 1-D array of ids."""
        ids = ids.tolist() if hasattr(ids, "tolist") else ids
        return b"".join(map(self.token_bytes, ids))

    def decode(self, ids: Iterable[int], errors: str = "replace") -> str:
        """The text of a list or a 1-D array of ids.

        A model may write bytes that are no UTF-8. ``errors`` says what then:
        "replace" by U+FFFD, "ignore" or "strict" (UnicodeDecodeError).
        """
        text = self.decode_bytes(ids).decode("utf-8", errors)
        return text.removeprefix(" ") if self.spaced else text

    def stream_decoder(self, errors: str = "replace",
                       goes_on: bool = False) -> StreamDecoder:
        """A decoder for one stream of ids; see StreamDecoder."""
        return StreamDecoder(self, errors, goes_on)


def bytes_per_token(tokenizer: TokenTable) -> np.ndarray:
    """-> (V,) int64: how many bytes of text each id stands for.

    A loss in nats per token depends on how long the tokens are. Divided by
    these it is comparable between tokenizers:

        bits_per_byte = sum(nats) / log(2) / bytes_per_token[targets].sum()

    Special tokens are no text: they have no bytes, nor has an unused id.
    """
    special = set(tokenizer.special_tokens.values())
    return np.array([0 if i in special else len(tokenizer._table.get(i, b""))
                     for i in range(tokenizer.vocab_size)], dtype=np.int64)
