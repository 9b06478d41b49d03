"""What each token of a tokenizer.json stands for, from its decoder.

A decoder turns tokens into text. Those that work token by token amount to a
table, from which text can be decoded piece by piece as a model writes it.
"""
import re
from typing import Any

from ..byte_alphabet import from_visible
from .huggingface_parts import steps_of

__all__ = ["bytes_of_tokens"]

TOKEN_BY_TOKEN = {"ByteLevel", "ByteFallback", "Fuse", "Metaspace", "Replace",
                  "Strip", "WordPiece"}
BYTE = re.compile("<0x([0-9A-F]{2})>")


def bytes_of_tokens(content: dict[str, Any],
                    library) -> tuple[dict[int, bytes], bool]:
    """-> {id: the bytes of the token behind another}, and whether the first
    token of a text goes without the space in front

    Parameters
    ----------
    content, library
        Of the file, and the ``tokenizers.Tokenizer`` that it makes.

    Raises
    ------
    ValueError
        For a decoder that looks at more than one token.
    """
    steps = {step["type"] for step in steps_of(content.get("decoder"),
                                               "decoders")}
    if unknown := steps - TOKEN_BY_TOKEN:
        raise ValueError(f"its decoder {', '.join(unknown)} is not supported: "
                         "what a token stands for must not depend on the "
                         "tokens after it")
    vocab = library.get_vocab()
    if "ByteLevel" in steps:
        added = {token["content"] for token in content["added_tokens"]}
        return {i: token.encode() if token in added else visible_bytes(token)
                for token, i in vocab.items()}, False

    joined = library.decoder.decode if library.decoder else " ".join
    table, spaced = {}, False
    for token, i in vocab.items():
        if "ByteFallback" in steps and (byte := BYTE.fullmatch(token)):
            table[i] = bytes.fromhex(byte[1])
            continue
        text = joined(["a", token]).removeprefix("a")
        spaced = spaced or (text[:1] == " " and joined([token]) == text[1:])
        table[i] = text.encode()
    return table, spaced


def visible_bytes(token: str) -> bytes:
    """The bytes of a token in GPT-2's alphabet, or of one that is not."""
    try:
        return from_visible(token)
    except ValueError:
        return token.encode()
