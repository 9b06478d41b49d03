"""A tokenizer as the files of a Hugging Face folder: AutoTokenizer opens them,
with the same ids; and the end of a text, as generate() is told of it.
"""
from pathlib import Path

from ..io.files import write_atomically
from ..tokenizers.bpe import ByteLevelBPE
from ..tokenizers.byte_tokenizer import ByteTokenizer
from ..tokenizers.characters import CharacterTokenizer
from ..tokenizers.formats.character_files import write_characters
from ..tokenizers.formats.huggingface_files import write_tokenizer_json
from ..tokenizers.formats.sentencepiece_json import sentencepiece_json
from ..tokenizers.huggingface_tokenizer import HuggingFaceTokenizer
from ..tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
from ..tokenizers.tokenizer import Tokenizer
from ..tokenizers.vocabulary import Vocabulary
from ..io.strict_json import json_text

__all__ = ["check_can_be_written", "generation_config", "write_tokenizer_files"]

WRITTEN = (ByteLevelBPE, ByteTokenizer, CharacterTokenizer, HuggingFaceTokenizer)
ANYTHING = r"[\s\S]+"  # bytes are never merged: how text is cut is no matter


def check_can_be_written(tokenizer: Tokenizer) -> None:
    """ValueError for a kind that no tokenizer.json gives the same ids."""
    if isinstance(tokenizer, SentencePieceTokenizer):
        sentencepiece_json(tokenizer.model, None)
    elif not isinstance(tokenizer, WRITTEN):
        raise ValueError(
            f"a {tokenizer.kind} tokenizer has no exact form as a tokenizer.json; byte pairs, "
            "bytes, characters and what was read from one have one")


def write_tokenizer_files(folder: Path, tokenizer: Tokenizer | None,
                          context_length: int) -> None:
    """tokenizer.json and tokenizer_config.json.

    Without a tokenizer, a tokenizer_config.json that AutoTokenizer refuses:
    else it would make an empty one, and say nothing.

    Raises
    ------
    ValueError
        As check_can_be_written.
    """
    path = folder / "tokenizer.json"
    if isinstance(tokenizer, ByteLevelBPE):
        write_tokenizer_json(Vocabulary(
            tokenizer.ranks, tokenizer.pattern, tokenizer.special_tokens,
            tokenizer.normalization, tokenizer.added_tokens, tokenizer.marks), path)
    elif isinstance(tokenizer, HuggingFaceTokenizer):
        tokenizer.write(path)
    elif isinstance(tokenizer, SentencePieceTokenizer):
        write_atomically(path, json_text(sentencepiece_json(
            tokenizer.model, tokenizer.beginning_of_text), ensure_ascii=False, indent=1))
    elif isinstance(tokenizer, ByteTokenizer):
        ranks = {bytes([byte]): byte for byte in range(256)}
        write_tokenizer_json(Vocabulary(ranks, ANYTHING, tokenizer.special_tokens), path)
    elif isinstance(tokenizer, CharacterTokenizer):
        write_characters(tokenizer, path)
    elif tokenizer is not None:
        check_can_be_written(tokenizer)
    first, end = names_around(tokenizer)
    config = {"tokenizer_class": "PreTrainedTokenizerFast",
              "model_max_length": context_length,
              "clean_up_tokenization_spaces": False,
              **({"bos_token": first} if first else {}),
              **({"eos_token": end} if end else {})}
    if tokenizer is not None or not (folder / "tokenizer_config.json").exists():
        write_atomically(folder / "tokenizer_config.json", json_text(config, indent=2) + "\n")


def names_around(tokenizer: Tokenizer | None) -> tuple[str | None, str | None]:
    """The special tokens that a text begins with and ends with, by name"""
    if tokenizer is None:
        return None, None
    names: dict[int | None, str] = {i: name for name, i in tokenizer.special_tokens.items()}
    return names.get(tokenizer.first_token), names.get(tokenizer.end_of_text)


def generation_config(tokenizer: Tokenizer) -> str:
    """The text of a generation_config.json."""
    stops = list(tokenizer.stop_tokens)
    content: dict[str, object] = {}
    if tokenizer.first_token is not None:
        content["bos_token_id"] = tokenizer.first_token
    if stops:
        content["eos_token_id"] = stops if len(stops) > 1 else stops[0]
        content["pad_token_id"] = stops[0]
    return json_text(content, indent=2) + "\n"
