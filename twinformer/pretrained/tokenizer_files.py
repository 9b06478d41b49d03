"""A tokenizer as the files of a Hugging Face folder: AutoTokenizer opens them,
with the same ids; and the end of a text, as generate() is told of it.
"""
from pathlib import Path

from ..io.files import write_atomically
from ..tokenizers.bpe import ByteLevelBPE
from ..tokenizers.byte_tokenizer import ByteTokenizer
from ..tokenizers.characters import CharacterTokenizer
from ..tokenizers.formats.bert_files import ROLES, write_wordpiece
from ..tokenizers.formats.character_files import write_characters
from ..tokenizers.formats.huggingface_files import write_tokenizer_json
from ..tokenizers.formats.sentencepiece_json import sentencepiece_json
from ..tokenizers.huggingface_tokenizer import HuggingFaceTokenizer
from ..tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
from ..tokenizers.tokenizer import Tokenizer
from ..tokenizers.vocabulary import Vocabulary
from ..tokenizers.wordpiece import WordPiece
from ..io.strict_json import json_text

__all__ = ["check_can_be_written", "generation_config", "write_tokenizer_files"]

INPUTS_OF_BERT = ["input_ids", "token_type_ids", "attention_mask"]
WRITTEN = (ByteLevelBPE, ByteTokenizer, CharacterTokenizer, HuggingFaceTokenizer, WordPiece)
ANYTHING = r"[\s\S]+"  # bytes are never merged: how text is cut is no matter


def check_can_be_written(tokenizer: Tokenizer) -> None:
    """ValueError for a kind that no tokenizer.json gives the same ids."""
    if isinstance(tokenizer, SentencePieceTokenizer):
        sentencepiece_json(tokenizer.model, None)
    elif not isinstance(tokenizer, WRITTEN):
        raise ValueError(
            f"a {tokenizer.kind} tokenizer has no exact form as a tokenizer.json; byte pairs, "
            "bytes, characters, WordPiece and what was read from one have one")


def write_tokenizer_files(folder: Path, tokenizer: Tokenizer | None,
                          context_length: int, *, marks: bool = False) -> None:
    """tokenizer.json and tokenizer_config.json.

    marks: whether [CLS] and [SEP] stand around every text, as a BERT reads it

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
    elif isinstance(tokenizer, WordPiece):
        write_wordpiece(tokenizer, path, marks)
    elif tokenizer is not None:
        check_can_be_written(tokenizer)
    first, end = names_around(tokenizer)
    config = {"tokenizer_class": "PreTrainedTokenizerFast",
              "model_max_length": context_length,
              "clean_up_tokenization_spaces": False,
              **({"bos_token": first} if first and not marks else {}),
              **({"eos_token": end} if end and not marks else {}),
              **special_roles(tokenizer),
              **({"model_input_names": INPUTS_OF_BERT} if marks else {})}
    if tokenizer is not None or not (folder / "tokenizer_config.json").exists():
        write_atomically(folder / "tokenizer_config.json", json_text(config, indent=2) + "\n")


def names_around(tokenizer: Tokenizer | None) -> tuple[str | None, str | None]:
    """The special tokens that a text begins with and ends with, by name"""
    if tokenizer is None:
        return None, None
    names: dict[int | None, str] = {i: name for name, i in tokenizer.special_tokens.items()}
    return names.get(tokenizer.first_token), names.get(tokenizer.end_of_text)


def special_roles(tokenizer: Tokenizer | None) -> dict[str, str]:
    """What transformers has to know of WordPiece's special tokens"""
    if not isinstance(tokenizer, WordPiece):
        return {}
    return {role: name for role, name in ROLES.items() if name in tokenizer.special_tokens}


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
