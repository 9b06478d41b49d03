"""One id for each byte of UTF-8: any text, any language, 256 ids."""
from collections.abc import Iterable

from ..io.surrogates import repair_surrogates
from .tokenizer import END_OF_TEXT, Tokenizer
from .vocabulary import TextMarks

__all__ = ["ByteTokenizer"]


class ByteTokenizer(Tokenizer):
    """id = value of the byte

    No text is unknown and nothing is learned; the price is length: an English
    letter is one token, a Chinese character three.

    Parameters
    ----------
    special_tokens
        Their ids follow the bytes, from 256.
    """

    kind = "bytes"

    def __init__(self, special_tokens: Iterable[str] = (END_OF_TEXT,)):
        table = {i: bytes([i]) for i in range(256)}
        super().__init__(
            table, {s: 256 + i for i, s in enumerate(special_tokens)})

    def encode_ordinary(self, text: str) -> list[int]:
        return list(repair_surrogates(text).encode("utf-8"))

    def to_dict(self):
        return {"kind": self.kind, "special_tokens": list(self.special_tokens),
                **self.marks.to_state()}

    @classmethod
    def from_dict(cls, state):
        return cls(state["special_tokens"]).with_marks(
            TextMarks.from_state(state))
