"""What is inside a SentencePiece model: its pieces, their scores, its rules.

The file is a protocol buffer: fields one after the other, each a number that
says which field and of which kind, and its value. Few of its fields matter
here; those that a file leaves out have the defaults of sentencepiece.proto.
"""
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ["NORMAL", "UNKNOWN", "CONTROL", "BYTE", "Piece",
           "SentencePieceModel", "read_model", "write_model"]

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
WHOLE_NUMBER, EIGHT_BYTES, TEXT, FOUR_BYTES = 0, 1, 2, 5    # kinds of a value
BPE = 2                                     # the model_type of byte pairs


class Piece(NamedTuple):
    """One token: of two neighbours that may merge, the best score wins."""

    text: str
    score: float
    kind: int = NORMAL


class SentencePieceModel(NamedTuple):
    """All that says how byte pairs of SentencePiece cut a text."""

    pieces: list[Piece]
    byte_fallback: bool = True          # an unknown character is its bytes
    add_dummy_prefix: bool = True       # a space is put before the text
    remove_extra_whitespaces: bool = False
    plain: bool = True      # byte pairs, and characters are not replaced


def read_model(data: bytes) -> SentencePieceModel:
    """Raises ValueError where the bytes are no such model."""
    try:
        fields = list(fields_of(data))
        pieces = []
        for number, value in fields:
            if number == 1:
                piece = dict(fields_of(value))
                score, = struct.unpack("<f", piece.get(2, bytes(4)))
                pieces.append(Piece(piece[1].decode(), score,
                                    piece.get(3, NORMAL)))
        trainer, normalizer = (
            dict(fields_of(b"".join(v for n, v in fields if n == number)))
            for number in (2, 3))
        return SentencePieceModel(
            pieces, bool(trainer.get(35, 0)), bool(normalizer.get(3, 1)),
            bool(normalizer.get(4, 1)),
            trainer.get(3, 1) == BPE and not normalizer.get(2)
            and not trainer.get(24) and bool(normalizer.get(5, 1)))
    except (AttributeError, IndexError, KeyError, TypeError,
            UnicodeDecodeError, struct.error):
        raise ValueError("these bytes are no SentencePiece model") from None


def fields_of(data: bytes) -> Iterator[tuple[int, Any]]:
    """(number, value) of each field of a message; a value is int or bytes"""
    at = 0

    def whole_number() -> int:          # 7 bits a byte, the lowest first
        nonlocal at
        found = shift = 0
        while True:
            byte = data[at]
            at += 1
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7

    while at < len(data):
        number, kind = divmod(whole_number(), 8)
        if kind == WHOLE_NUMBER:
            yield number, whole_number()
            continue
        length = whole_number() if kind == TEXT else {
            EIGHT_BYTES: 8, FOUR_BYTES: 4}[kind]
        if at + length > len(data):
            raise IndexError("a value is cut off")
        yield number, data[at:at + length]
        at += length


def write_model(model: SentencePieceModel) -> bytes:
    """The file of plain byte pairs, for the library sentencepiece."""
    parts = [field(1, field(1, piece.text.encode())
                   + field(2, struct.pack("<f", piece.score), FOUR_BYTES)
                   + field(3, piece.kind)) for piece in model.pieces]
    trainer = (field(3, BPE) + field(4, len(model.pieces))
               + field(35, int(model.byte_fallback)))
    normalizer = (field(1, b"identity")
                  + field(3, int(model.add_dummy_prefix))
                  + field(4, int(model.remove_extra_whitespaces)))
    return b"".join(parts) + field(2, trainer) + field(3, normalizer)


def field(number: int, value: int | bytes, kind: int = TEXT) -> bytes:
    if isinstance(value, int):
        return varint(8 * number + WHOLE_NUMBER) + varint(value)
    length = varint(len(value)) if kind == TEXT else b""
    return varint(8 * number + kind) + length + value


def varint(value: int) -> bytes:
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
