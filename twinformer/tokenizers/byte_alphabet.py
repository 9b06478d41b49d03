"""Bytes as visible characters, for vocabulary files that people can read.

The 188 bytes that are visible in Latin-1 stand for themselves. The others
(space, control characters, ...) take the characters from U+0100 on, so a
space is written "\u0120" (a G with a dot). GPT-2's ``encoder.json`` and
``vocab.bpe`` and every byte-level ``tokenizer.json`` use this alphabet.
"""

__all__ = ["BYTE_TO_CHARACTER", "to_visible", "from_visible"]

_VISIBLE = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD),
            *range(0xAE, 0x100)]
_HIDDEN = [byte for byte in range(256) if byte not in _VISIBLE]

BYTE_TO_CHARACTER = {byte: chr(byte) for byte in _VISIBLE} | {
    byte: chr(0x100 + i) for i, byte in enumerate(_HIDDEN)}
_CHARACTER_TO_BYTE = {c: byte for byte, c in BYTE_TO_CHARACTER.items()}


def to_visible(data: bytes) -> str:
    """b" the" -> "\u0120the" """
    return "".join(map(BYTE_TO_CHARACTER.__getitem__, data))


def from_visible(text: str) -> bytes:
    """"\u0120the" -> b" the"; ValueError for any other character"""
    try:
        return bytes(map(_CHARACTER_TO_BYTE.__getitem__, text))
    except KeyError as error:
        raise ValueError(
            f"{text!r} is not written in GPT-2's alphabet of bytes: it has "
            f"{error.args[0]!r}") from None
