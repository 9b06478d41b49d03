"""The vocabulary file of llama2.c, such as tok512.bin.

    int32    the length in bytes of the longest piece
    then, of each token: float32 score, int32 length, its bytes

Karpathy's export.py writes it from a SentencePiece model, with a space for
U+2581, and leaves its rules out; run.c puts a space before the text, takes
spaces as they are, and falls back to bytes. So does what is read here.
"""
import os
import re
import struct
from pathlib import Path

from .sentencepiece_files import (
    BYTE, CONTROL, NORMAL, UNKNOWN, Piece, SentencePieceModel, write_model,
)

__all__ = ["read_llama2c"]

FIRST = {"<unk>": ("<unk>", UNKNOWN), "\n<s>\n": ("<s>", CONTROL),
         "\n</s>\n": ("</s>", CONTROL)}
IN_HEX = re.compile("<0x[0-9A-F]{2}>")


def read_llama2c(path: str | os.PathLike) -> bytes:
    """The same as a SentencePiece model, for SentencePieceTokenizer.

    Raises ValueError where the file is no such vocabulary.
    """
    data = Path(path).read_bytes()
    pieces, at = [], 4
    try:
        longest, = struct.unpack_from("<i", data)
        while at < len(data):
            score, length = struct.unpack_from("<fi", data, at)
            at += 8
            text = data[at:at + length].decode()
            if not 0 < length <= max(longest, max(map(len, FIRST))):
                raise ValueError("a length is out of range")
            at += length
            name, kind = FIRST.get(text, (text.replace(" ", "\u2581"), NORMAL))
            if IN_HEX.fullmatch(name):
                kind = BYTE
            pieces.append(Piece(name, score, kind))
        if at != len(data) or [piece.text for piece in pieces[:3]] != [
                "<unk>", "<s>", "</s>"]:
            raise ValueError("it does not begin with <unk>, <s> and </s>, or "
                             "is cut off")
    except (struct.error, ValueError) as problem:
        raise ValueError(f"{path} is no vocabulary of llama2.c: "
                         f"{problem}") from None
    return write_model(SentencePieceModel(pieces))
