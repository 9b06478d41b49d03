"""Any saved tokenizer, whatever its kind, back from its dictionary or file."""
import json
from typing import Any

from ..io.text_files import read_text
from .bpe import ByteLevelBPE
from .byte_tokenizer import ByteTokenizer
from .characters import CharacterTokenizer
from .huggingface_tokenizer import HuggingFaceTokenizer
from .sentencepiece_tokenizer import SentencePieceTokenizer
from .tokenizer import Tokenizer
from .words import SimpleTokenizerV1, SimpleTokenizerV2

__all__ = ["TOKENIZERS", "tokenizer_from_dict", "load_tokenizer"]

TOKENIZERS: dict[str, type[Tokenizer]] = {cls.kind: cls for cls in (
    CharacterTokenizer, ByteTokenizer, SimpleTokenizerV1, SimpleTokenizerV2,
    SentencePieceTokenizer, HuggingFaceTokenizer)}


def tokenizer_from_dict(state: dict[str, Any],
                        bpe: type[ByteLevelBPE]) -> Tokenizer:
    """The tokenizer whose ``to_dict`` gave this state.

    bpe : the class that encodes byte pairs, of either implementation

    Raises ValueError where it is of an unknown kind or incomplete.
    """
    kind = state.get("kind") if isinstance(state, dict) else None
    kinds = TOKENIZERS | {bpe.kind: bpe}
    if kind not in kinds:
        raise ValueError(f"a saved tokenizer's kind is one of "
                         f"{sorted(kinds)}, not {kind!r}")
    try:
        return kinds[kind].from_dict(state)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the saved {kind} tokenizer is damaged: "
                         f"{type(error).__name__} {error}") from None


def load_tokenizer(path, bpe: type[ByteLevelBPE]) -> Tokenizer:
    """The tokenizer that ``Tokenizer.save`` wrote to path.

    Raises FileNotFoundError, or ValueError where the file is no tokenizer.
    """
    try:
        state = json.loads(read_text(path))
        return tokenizer_from_dict(state, bpe)
    except ValueError as error:         # not UTF-8, not JSON, no tokenizer
        raise ValueError(f"{path}: {error}") from None
