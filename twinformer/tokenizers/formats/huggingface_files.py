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
from ..patterns import PATTERNS, compile_pattern
from ..vocabulary import NormalForm, Vocabulary
from .huggingface_checks import check_content, check_model, steps_of

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
    """A byte-level BPE from a tokenizer.json: the ids of ``tokenizers``.

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
        check_model(model)
        check_content(content)
        special_tokens = {token["content"]: token["id"]
                          for token in content["added_tokens"]}
        vocab = {token: i for token, i in model["vocab"].items()
                 if token not in special_tokens}
        merges = [tuple(merge if isinstance(merge, list)
                        else merge.split(" ")) for merge in model["merges"]]
        if lost := [a + b for a, b in merges if a + b in special_tokens]:
            raise ValueError(f"its added token {lost[0]!r} is made by merges, "
                             "too, which is not supported")
        ranks = {from_visible(token): i for token, i in sorted(
            vocab.items(), key=lambda item: item[1])}
        check_merges(ranks, merges)
        return Vocabulary(ranks, _pattern(content["pre_tokenizer"]),
                          special_tokens,
                          _normalization(content.get("normalizer")))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no tokenizer.json: "
                         f"{type(error).__name__} {error}") from None
    except ValueError as error:         # ours, and what is no JSON
        raise ValueError(f"{path}: {error}") from None


def check_merges(ranks: dict[bytes, int],
                 merges: list[tuple[str, str]]) -> None:
    """ValueError where a file's merges are not those of its ids' order.

    They are played back from the ids (merges_of). A token without a merge
    would be one id here, and never come there.
    """
    order = [ranks[from_visible(a + b)] for a, b in merges]
    if order != sorted(order):
        raise ValueError("its ids are not in the order of its merges")
    given = set(merges)
    for a, b in merges_of(ranks):
        if (to_visible(a), to_visible(b)) not in given:
            raise ValueError(f"its ids make {to_visible(a + b)!r} of "
                             f"{to_visible(a)!r} and {to_visible(b)!r}, and "
                             "its merges do not")
    made = set(order)
    if unmade := [token for token, i in ranks.items()
                  if len(token) > 1 and i not in made]:
        raise ValueError(f"its token {to_visible(unmade[0])!r} comes from no "
                         "merge")


def _pattern(pre_tokenizer: dict[str, Any] | None) -> str:
    steps = steps_of(pre_tokenizer, "pretokenizers")
    pattern, ended = None, False
    for step in steps:
        if step["type"] == "Split" and pattern is None and not ended and (
                step["behavior"], step["invert"]) == (
                    "Isolated", False) and "Regex" in step["pattern"]:
            pattern = _covering(step["pattern"]["Regex"])
        elif (step["type"] == "ByteLevel" and not step["add_prefix_space"]
              and not ended
              and not (pattern and step.get("use_regex", True))):
            ended = True
            if step.get("use_regex", True):
                pattern = "gpt2"
        else:
            raise ValueError(f"its pre_tokenizer {step} is not supported")
    if not ended:
        raise ValueError("its pre_tokenizer is not ByteLevel, and so its "
                         "tokens are no bytes")
    return pattern or WHOLE


WHOLE = r"[\s\S]+"


def _covering(pattern: str) -> str:
    """A pattern that also finds what lies between: Split keeps it."""
    if pattern in PATTERNS.values() or pattern == WHOLE:
        return pattern
    if compile_pattern(pattern).match("") is not None:
        raise ValueError(f"its pattern {pattern!r} finds nothing, too, which "
                         "is not supported")
    return rf"{pattern}|(?:(?!{pattern})[\s\S])+"


def _normalization(normalizer: dict[str, Any] | None) -> NormalForm | None:
    steps = steps_of(normalizer, "normalizers")
    if not steps:
        return None
    form = steps[0]["type"]
    if len(steps) > 1 or form not in get_args(NormalForm):
        raise ValueError("its normalizer "
                         f"{', '.join(step['type'] for step in steps)} is "
                         "not supported")
    return form
