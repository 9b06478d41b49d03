"""BERT's vocabulary in a folder: vocab.txt, a piece a line, whose id is the
number of its line; or tokenizer.json, which says how text is cut as well.
"""
import os
from collections.abc import Mapping
from typing import Any

from ...io.files import write_atomically
from ...io.strict_json import json_text
from ...io.text_files import read_text
from ..wordpiece import BERT_SPECIAL_TOKENS, WordPiece
from ..wordpiece_training import GOES_ON
from .huggingface_checks import check_added_token

__all__ = ["ROLES", "read_vocab_txt", "wordpiece_of", "write_wordpiece"]

ROLES = {f"{role}_token": f"[{role.upper()}]"
         for role in ("pad", "unk", "cls", "sep", "mask")}


def wordpiece_of(content: dict[str, Any]) -> WordPiece | None:
    """The WordPiece of a tokenizer.json; None where it is another kind, or
    has parts that BERT's does not.

    What it says of cutting and padding to a length is not done here, nor are
    [CLS] and [SEP] put around a text: encode_pair does that.
    """
    model, normalizer = content["model"], content.get("normalizer") or {}
    pre_tokenizer = content.get("pre_tokenizer") or {}
    if [model["type"], normalizer.get("type"), pre_tokenizer.get("type"),
            normalizer.get("clean_text"), model.get("unk_token"),
            model.get("continuing_subword_prefix")] != [
                "WordPiece", "BertNormalizer", "BertPreTokenizer",
                True, "[UNK]", GOES_ON]:
        return None
    names = {token["content"]: token["id"]
             for token in content["added_tokens"]}
    try:
        for token in content["added_tokens"]:
            check_added_token(token, normalizer=True)
    except ValueError:
        return None
    return WordPiece(model["vocab"] | names, [*BERT_SPECIAL_TOKENS, *names],
                     lower_case=normalizer["lowercase"],
                     strip_accents=normalizer["strip_accents"],
                     space_chinese=normalizer["handle_chinese_chars"],
                     longest_word=model["max_input_chars_per_word"])


def read_vocab_txt(path: str | os.PathLike,
                   config: Mapping[str, Any] | None = None) -> WordPiece:
    """A vocab.txt, with the flags of a tokenizer_config.json.

    Raises
    ------
    ValueError
        Where they ask for what BERT does not do, or there is no [UNK].
    """
    lines = read_text(path).removesuffix("\n").split("\n")
    vocab = {line.removesuffix("\r"): i for i, line in enumerate(lines)}
    config = config or {}
    for role, name in ROLES.items():
        found = config.get(role, name)
        found = found["content"] if isinstance(found, dict) else found
        if found != name:
            raise ValueError(f"{path}: the file beside it calls the {role} "
                             f"{found!r}; expected {name!r}, as in BERT")
    if not config.get("do_basic_tokenize", True):
        raise ValueError(f"{path}: do_basic_tokenize is false in the file "
                         "beside it, which is not supported")
    # where nobody says, the pieces do: capitals are of a cased model
    capitals = any(piece != piece.lower() for piece in vocab
                   if piece.isascii() and not piece.startswith("["))
    try:
        return WordPiece(
            vocab, lower_case=config.get("do_lower_case", not capitals),
            strip_accents=config.get("strip_accents"),
            space_chinese=config.get("tokenize_chinese_chars", True))
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None


def write_wordpiece(tokenizer: WordPiece, path: str | os.PathLike,
                    marks: bool = False) -> None:
    """A tokenizer.json for ``tokenizers`` and transformers.

    marks
        Whether they put [CLS] and [SEP] around a text or a pair: of a BERT.
    """
    special = tokenizer.special_tokens
    content: dict[str, Any] = {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [
            {"id": i, "content": name, "single_word": False, "lstrip": False,
             "rstrip": False, "normalized": False, "special": True}
            for name, i in sorted(special.items(), key=lambda item: item[1])],
        "normalizer": {
            "type": "BertNormalizer", "clean_text": True,
            "handle_chinese_chars": tokenizer.space_chinese,
            "strip_accents": tokenizer.strip_accents,
            "lowercase": tokenizer.lower_case},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": around(special) if marks else None,
        "decoder": {"type": "WordPiece", "prefix": GOES_ON, "cleanup": True},
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]",
            "continuing_subword_prefix": GOES_ON,
            "max_input_chars_per_word": tokenizer.longest_word,
            "vocab": dict(sorted((tokenizer.pieces | special).items(),
                                 key=lambda item: item[1]))}}
    write_atomically(path, json_text(content, ensure_ascii=False, indent=1))


def around(special: dict[str, int]) -> dict[str, Any]:
    """[CLS] A [SEP], or [CLS] A [SEP] B [SEP]"""
    return {"type": "BertProcessing",
            "sep": ["[SEP]", special["[SEP]"]],
            "cls": ["[CLS]", special["[CLS]"]]}
