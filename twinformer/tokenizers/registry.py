"""Any tokenizer from its file: ours, whatever its kind, or a published one."""
import os
from pathlib import Path
from typing import Any

from ..io.gguf_io import is_gguf, open_gguf
from .bpe import ByteLevelBPE
from .byte_tokenizer import ByteTokenizer
from .characters import CharacterTokenizer
from .formats.files import read_content, read_file
from .formats.folders import read_tokenizer_folder
from .formats.gguf_tokens import tokenizer_of_fields
from .huggingface_tokenizer import HuggingFaceTokenizer
from .sentencepiece_tokenizer import SentencePieceTokenizer
from .tokenizer import Tokenizer
from .wordpiece import WordPiece
from .words import SimpleTokenizerV1, SimpleTokenizerV2

__all__ = ["TOKENIZERS", "tokenizer_from_dict", "load_tokenizer"]

TOKENIZERS: dict[str, type[Tokenizer]] = {cls.kind: cls for cls in (
    CharacterTokenizer, ByteTokenizer, SimpleTokenizerV1, SimpleTokenizerV2,
    SentencePieceTokenizer, HuggingFaceTokenizer, WordPiece)}


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


def load_tokenizer(path: str | os.PathLike,
                   bpe: type[ByteLevelBPE]) -> Tokenizer:
    """The tokenizer in a file or a folder.

    Parameters
    ----------
    path
        What ``Tokenizer.save`` wrote; a tokenizer.json of Hugging Face; the
        tokenizer.model of Llama 3 or of SentencePiece; qwen.tiktoken; a GGUF
        file; or the folder of a model, in which other files say where texts
        end, too.
    bpe
        The class that encodes byte pairs, of either implementation.

    Raises
    ------
    FileNotFoundError
        Where there is none.
    ValueError
        Where a file is no tokenizer, is damaged, or asks for what is not
        done here; it names the file.
    """
    path = Path(path)
    if is_gguf(path) and not path.is_dir():
        return tokenizer_of_fields(path, open_gguf(path).fields, bpe)
    file = path / "tokenizer.json" if path.is_dir() else path
    content = None
    if file.suffix == ".json" and (file.exists() or file == path):
        content = read_content(file)
        if "kind" in content or "model" not in content:
            try:
                return tokenizer_from_dict(content, bpe)
            except ValueError as error:
                raise ValueError(f"{file}: {error}") from None
    if file == path:
        return read_file(path, bpe, content)
    found = read_tokenizer_folder(path, bpe, content)
    if found is None:
        raise FileNotFoundError(f"there is no tokenizer in {path}; expected "
                                "tokenizer.json, or vocab.json and merges.txt, or tokenizer.model")
    return found
