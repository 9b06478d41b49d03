"""Vocabularies in the format of Hugging Face ``tokenizers``: tokenizer.json.

That format can describe many kinds of tokenizers. What we read and write is
byte-level BPE, the kind of GPT-2, Llama 3 and Qwen: text is cut by a regular
expression, written in the alphabet of byte_alphabet.py, and merged.
"""
import json
import os
from typing import Any, get_args

from ..fast.bpe_merging import merge_piece
from ..byte_alphabet import from_visible, to_visible
from ...io.files import write_atomically
from ...io.text_files import read_text
from ...io.strict_json import json_text
from ..patterns import PATTERNS
from ..vocabulary import NormalForm, Vocabulary

__all__ = ["merges_of", "read_tokenizer_json", "write_tokenizer_json"]


def write_tokenizer_json(vocabulary: Vocabulary,
                         path: str | os.PathLike) -> None:
    """Write it for ``tokenizers.Tokenizer.from_file`` and transformers."""
    ranks, pattern, special_tokens, normalization = vocabulary
    in_order = sorted(ranks.items(), key=lambda item: item[1])
    split = {"type": "Split", "behavior": "Isolated", "invert": False,
             "pattern": {"Regex": PATTERNS.get(pattern, pattern)}}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False,
                  "trim_offsets": False, "use_regex": False}
    content = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": i, "content": name, "single_word": False, "lstrip": False,
             "rstrip": False, "normalized": False, "special": True}
            for name, i in sorted(special_tokens.items(), key=lambda s: s[1])],
        "normalizer": normalization and {"type": normalization},
        "pre_tokenizer": {"type": "Sequence",
                          "pretokenizers": [split, byte_level]},
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None,
            "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": True,
            "vocab": {to_visible(token): rank for token, rank in in_order},
            "merges": [[to_visible(a), to_visible(b)]
                       for a, b in merges_of(ranks)]},
    }
    write_atomically(path, json_text(content, ensure_ascii=False, indent=1))


def merges_of(ranks: dict[bytes, int]) -> list[tuple[bytes, bytes]]:
    """The pair that each token was merged from, in the order of the ranks.

    It is what merging makes of the token's bytes while the token itself is
    not known yet. Where that is no pair (in a vocabulary that was not made
    by training), all the pairs that give the token stand in its place.
    """
    lower: dict[bytes, int] = {}
    tokens: list[bytes] = []
    merges = []
    for token, _ in sorted(ranks.items(), key=lambda item: item[1]):
        if len(token) > 1:
            parts = [tokens[i] for i in merge_piece(token, lower)]
            if len(parts) == 2:
                merges.append((parts[0], parts[1]))
            else:
                merges += [(token[:i], token[i:]) for i in range(
                    1, len(token)) if {token[:i], token[i:]} <= ranks.keys()]
        lower[token] = len(tokens)
        tokens.append(token)
    return merges


def read_tokenizer_json(path: str | os.PathLike) -> Vocabulary:
    """A byte-level BPE from a tokenizer.json.

    Tokens that its post-processor adds at the start or the end are left to
    the caller.

    Raises
    ------
    ValueError
        Where the file describes something else; it names the part.
    """
    try:
        content = json.loads(read_text(path))
        model = content["model"]
        if model["type"] != "BPE" or model.get("byte_fallback"):
            raise ValueError(
                f"its model is {model['type']}"
                f"{' on characters' if model.get('byte_fallback') else ''}, "
                "not byte-level BPE; if it has a SentencePiece "
                "tokenizer.model beside it, SentencePieceTokenizer reads that")
        special_tokens = {token["content"]: token["id"]
                          for token in content["added_tokens"]}
        vocab = {token: i for token, i in model["vocab"].items()
                 if token not in special_tokens}
        merges = [merge if isinstance(merge, list) else merge.split(" ")
                  for merge in model["merges"]]
        order = [vocab[a + b] for a, b in merges]
        if order != sorted(order):
            raise ValueError("its ids are not in the order of its merges")
        return Vocabulary(
            {from_visible(token): i for token, i in sorted(
                vocab.items(), key=lambda item: item[1])},
            _pattern(content["pre_tokenizer"]), special_tokens,
            _normalization(content.get("normalizer")))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is no tokenizer.json: "
                         f"{type(error).__name__} {error}") from None
    except ValueError as error:         # ours, and what is no JSON
        raise ValueError(f"{path}: {error}") from None


def _pattern(pre_tokenizer: dict[str, Any]) -> str:
    steps = (pre_tokenizer["pretokenizers"]
             if pre_tokenizer["type"] == "Sequence" else [pre_tokenizer])
    pattern = None
    for step in steps:
        if step["type"] == "Split" and pattern is None and (
                step["behavior"], step["invert"]) == ("Isolated", False):
            pattern = step["pattern"]["Regex"]
        elif step["type"] == "ByteLevel" and not step["add_prefix_space"]:
            pattern = "gpt2" if step.get("use_regex", True) else pattern
        else:
            raise ValueError(f"its pre-tokenizer {step} is not supported")
    if pattern is None:
        raise ValueError("it has no pattern that cuts the text")
    return pattern


def _normalization(normalizer: dict[str, Any] | None) -> NormalForm | None:
    if normalizer is None:
        return None
    form = normalizer["type"]
    if form not in get_args(NormalForm):
        raise ValueError(f"its normalizer {form} is not supported")
    return form
