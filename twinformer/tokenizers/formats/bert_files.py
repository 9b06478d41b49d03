"""BERT's vocabulary in a folder: vocab.txt, a piece a line, whose id is the
number of its line; or tokenizer.json, which says how text is cut as well.
"""
import json
import os
from pathlib import Path
from typing import Any

from ...io.files import write_atomically
from ...io.strict_json import json_text
from ...io.text_files import read_text
from ..wordpiece import BERT_SPECIAL_TOKENS, WordPiece
from ..wordpiece_training import GOES_ON
from .huggingface_checks import check_added_token

__all__ = ["read_wordpiece", "read_wordpiece_json", "write_wordpiece"]

ROLES = {f"{role}_token": f"[{role.upper()}]"
         for role in ("pad", "unk", "cls", "sep", "mask")}


def read_wordpiece(folder: Path) -> WordPiece | None:
    """The WordPiece of a folder; None where there is none, or another kind.

    What a file says of cutting and padding to a length is not done here, nor
    are [CLS] and [SEP] put around a text: encode_pair does that.

    Raises
    ------
    ValueError
        Where a file is damaged, or asks for what is not done here.
    """
    if (path := folder / "tokenizer.json").is_file():
        return read_wordpiece_json(path)
    if (path := folder / "vocab.txt").is_file():
        return read_vocab_txt(path)
    return None


def read_wordpiece_json(path: Path) -> WordPiece | None:
    """The same of one tokenizer.json."""
    try:
        content = json.loads(read_text(path))
        if content["model"]["type"] != "WordPiece":
            return None
        return of_content(content)
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"{path} is no tokenizer.json: "
                         f"{type(problem).__name__} {problem}") from None
    except ValueError as problem:               # ours, and what is no JSON
        raise ValueError(f"{path}: {problem}") from None


def of_content(content: dict[str, Any]) -> WordPiece:
    model = content["model"]
    normalizer = content["normalizer"] or {"type": "none"}
    for part, expected in (("pre_tokenizer", "BertPreTokenizer"),
                           ("normalizer", "BertNormalizer")):
        if (found := (content[part] or {}).get("type")) != expected:
            raise ValueError(f"its {part} is {found}; expected {expected}, "
                             "as in BERT")
    for where, name, value in (
            (normalizer, "clean_text", True), (model, "unk_token", "[UNK]"),
            (model, "continuing_subword_prefix", GOES_ON)):
        if where[name] != value:
            raise ValueError(f"its {name} is {where[name]!r}; expected "
                             f"{value!r}, as in BERT")
    added = content["added_tokens"]
    for token in added:
        check_added_token(token, normalizer=True)
    names = {token["content"]: token["id"] for token in added}
    return WordPiece(model["vocab"] | names, [*BERT_SPECIAL_TOKENS, *names],
                     lower_case=normalizer["lowercase"],
                     strip_accents=normalizer["strip_accents"],
                     space_chinese=normalizer["handle_chinese_chars"],
                     longest_word=model["max_input_chars_per_word"])


def read_vocab_txt(path: Path) -> WordPiece:
    """A vocab.txt, with the flags of a tokenizer_config.json beside it."""
    lines = read_text(path).removesuffix("\n").split("\n")
    vocab = {line.removesuffix("\r"): i for i, line in enumerate(lines)}
    beside = path.with_name("tokenizer_config.json")
    config = json.loads(read_text(beside)) if beside.is_file() else {}
    for role, name in ROLES.items():
        found = config.get(role, name)
        found = found["content"] if isinstance(found, dict) else found
        if found != name:
            raise ValueError(f"{beside} calls the {role} {found!r}; "
                             f"expected {name!r}, as in BERT")
    if not config.get("do_basic_tokenize", True):
        raise ValueError(f"{beside} has do_basic_tokenize false, which "
                         "is not supported")
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
