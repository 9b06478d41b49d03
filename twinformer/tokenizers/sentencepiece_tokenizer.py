"""SentencePiece models (Llama 2, Gemma, TinyStories), by Google's library.

Kudo and Richardson 2018 (arXiv:1808.06226). Unlike byte-level BPE it merges
characters, writes a space as U+2581, and falls back to bytes only where a
character is unknown. Its rules live in the model file, so the library that
wrote the file reads it.
"""
import base64
import os
import re
from pathlib import Path

from .formats.llama2c_files import read_llama2c
from .tokenizer import Tokenizer
from .vocabulary import TextMarks

__all__ = ["SentencePieceTokenizer"]


class SentencePieceTokenizer(Tokenizer):
    """The tokenizer of a SentencePiece ``.model`` file.

    Control symbols, such as <s> and </s>, are its special tokens. No <s> is
    put in front: that is left to the caller (``add_beginning``).

    Parameters
    ----------
    model
        The content of the file; ``from_file`` reads one.
    marks
        What stands around a text; left out, the model's own <s> and </s>.
    """

    kind = "sentencepiece"

    def __init__(self, model: bytes, marks: TextMarks | None = None):
        try:
            import sentencepiece
        except ImportError:
            raise ValueError("a SentencePiece model needs the library: pip "
                             "install sentencepiece") from None
        self.model = model
        self._processor = sentencepiece.SentencePieceProcessor()
        try:
            self._processor.LoadFromSerializedProto(model)
        except RuntimeError:
            raise ValueError("these bytes are no SentencePiece "
                             "model") from None
        table, special_tokens = {}, {}
        for i in range(self._processor.vocab_size()):
            piece = self._processor.id_to_piece(i)
            if self._processor.is_control(i):
                special_tokens[piece] = i
            else:
                table[i] = self._bytes_of(i, piece)
        # A model that puts a space before the text takes it away again.
        first = self._processor.encode("a", out_type=str)[:1]
        self.spaced = bool(first) and first[0].startswith("\u2581")
        begin, end = (i if i >= 0 else None for i in (
            self._processor.bos_id(), self._processor.eos_id()))
        self.usual_marks = TextMarks(begin, end)
        super().__init__(table, special_tokens,
                         marks=marks or self.usual_marks)

    def _bytes_of(self, i: int, piece: str) -> bytes:
        if self._processor.is_unknown(i):
            return " \u2047 ".encode()        # as the library decodes it
        if self._processor.is_byte(i):
            return bytes.fromhex(re.sub("<0x(..)>", r"\1", piece))
        return piece.replace("\u2581", " ").encode()

    @classmethod
    def from_file(cls, path: str | os.PathLike):
        """Read a ``.model`` file, or llama2.c's form of it (``.bin``).

        ValueError where it is none.
        """
        if Path(path).suffix == ".bin":
            return cls(read_llama2c(path))
        try:
            return cls(Path(path).read_bytes())
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None

    def encode_ordinary(self, text: str) -> list[int]:
        return self._processor.encode(text)

    def to_dict(self):
        return {"kind": self.kind,
                "model": base64.b64encode(self.model).decode("ascii"),
                **self.marks.to_state(self.usual_marks)}

    @classmethod
    def from_dict(cls, state):
        return cls(base64.b64decode(state["model"]),
                   TextMarks.from_state(state))
