"""A tokenizer from one file, whatever its format."""
import json
import os
from pathlib import Path
from typing import Any

from ...io.text_files import read_text
from ..bpe import ByteLevelBPE
from ..huggingface_tokenizer import HuggingFaceTokenizer
from ..sentencepiece_tokenizer import SentencePieceTokenizer
from ..tokenizer import Tokenizer
from .bert_files import wordpiece_of
from .character_files import characters_of
from .huggingface_files import vocabulary_of
from .tiktoken_files import is_tiktoken, read_family

__all__ = ["read_content", "read_file"]


def read_file(path: str | os.PathLike, bpe: type[ByteLevelBPE],
              content: dict[str, Any] | None = None) -> Tokenizer:
    """The tokenizer of a published file.

    tokenizer.json of any kind; Llama 3's tokenizer.model and qwen.tiktoken;
    SentencePiece's tokenizer.model, and llama2.c's .bin of it.

    Parameters
    ----------
    bpe
        The class that encodes byte pairs, of either implementation.
    content
        That of a tokenizer.json, if it is known already.

    Raises
    ------
    ValueError
        With the file's name and what is wrong with it.
    """
    path = Path(path)
    if content is None and path.suffix != ".json":
        if is_tiktoken(path):
            return bpe(*read_family(path))
        return SentencePieceTokenizer.from_file(path)
    content = read_content(path) if content is None else content
    try:
        if found := characters_of(content) or wordpiece_of(content):
            return found
        try:
            return bpe(*vocabulary_of(content))
        except ValueError as problem:
            try:
                return HuggingFaceTokenizer(content)
            except (KeyError, TypeError, ValueError) as other:
                raise ValueError(f"it is not read as byte pairs: {problem}; "
                                 f"nor otherwise: {other}") from None
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None


def read_content(path: str | os.PathLike) -> dict[str, Any]:
    """The JSON object in a file; ValueError where there is none."""
    try:
        content = json.loads(read_text(path))
    except ValueError as problem:
        raise ValueError(f"{path} is no JSON: {problem}") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} is no JSON object")
    return content
