"""Any saved tokenizer, whatever its kind, back from its dictionary or file."""
import json
from pathlib import Path
from typing import Any

from numpy_impl.text.bpe import BPETokenizer
from .byte_tokenizer import ByteTokenizer
from .characters import CharacterTokenizer
from .sentencepiece_tokenizer import SentencePieceTokenizer
from .tokenizer import Tokenizer
from .words import SimpleTokenizerV1, SimpleTokenizerV2

__all__ = ["TOKENIZERS", "tokenizer_from_dict", "load_tokenizer"]

TOKENIZERS: dict[str, type[Tokenizer]] = {cls.kind: cls for cls in (
    CharacterTokenizer, ByteTokenizer, SimpleTokenizerV1, SimpleTokenizerV2,
    BPETokenizer, SentencePieceTokenizer)}


def tokenizer_from_dict(state: dict[str, Any]) -> Tokenizer:
    """The tokenizer whose ``to_dict`` gave this state.

    Raises ValueError where it is of an unknown kind or incomplete.
    """
    kind = state.get("kind") if isinstance(state, dict) else None
    if kind not in TOKENIZERS:
        raise ValueError(f"a saved tokenizer's kind is one of "
                         f"{sorted(TOKENIZERS)}, not {kind!r}")
    try:
        return TOKENIZERS[kind].from_dict(state)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the saved {kind} tokenizer is damaged: "
                         f"{type(error).__name__} {error}") from None


def load_tokenizer(path) -> Tokenizer:
    """The tokenizer that ``Tokenizer.save`` wrote to path.

    Raises FileNotFoundError, or ValueError where the file is no tokenizer.
    """
    try:
        state = json.loads(Path(path).read_text(encoding="utf-8"))
        return tokenizer_from_dict(state)
    except ValueError as error:         # not UTF-8, not JSON, no tokenizer
        raise ValueError(f"{path}: {error}") from None
