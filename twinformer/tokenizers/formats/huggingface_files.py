"""Vocabularies in the format of Hugging Face ``tokenizers``: tokenizer.json.

That format can describe many kinds of tokenizers. What we read and write is
byte-level BPE, the kind of GPT-2, Llama 3 and Qwen: text is cut by a regular
expression, written in the alphabet of byte_alphabet.py, and merged.
"""
import json
import os
from typing import Any, get_args

from ..byte_alphabet import from_visible, to_visible
from ...io.files import write_atomically
from ...io.text_files import read_text
from ...io.strict_json import json_text
from ..patterns import PATTERNS, compile_pattern
from ..vocabulary import NormalForm, TextMarks, Vocabulary
from .huggingface_checks import check_content, check_model
from .huggingface_parts import beginning_of, steps_of, template
from .merges import check_merges, merges_of

__all__ = ["read_tokenizer_json", "tokenizer_json", "vocabulary_of",
           "with_added", "write_tokenizer_json"]


def write_tokenizer_json(vocabulary: Vocabulary,
                         path: str | os.PathLike) -> None:
    """Write it for ``tokenizers.Tokenizer.from_file`` and transformers."""
    write_atomically(path, json_text(tokenizer_json(vocabulary),
                                     ensure_ascii=False, indent=1))


def tokenizer_json(vocabulary: Vocabulary) -> dict[str, Any]:
    """The content of the file."""
    ranks, pattern, special_tokens, normalization, more, marks = vocabulary
    in_order = sorted(ranks.items(), key=lambda item: item[1])
    vocab = {to_visible(token): rank for token, rank in in_order}
    split = {"type": "Split", "behavior": "Isolated", "invert": False,
             "pattern": {"Regex": PATTERNS.get(pattern, pattern)}}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False,
                  "trim_offsets": False, "use_regex": False}
    added = [{"id": i, "content": name, "single_word": False, "lstrip": False,
              "rstrip": False, "normalized": False,
              "special": name in special_tokens}
             for name, i in sorted((special_tokens | (more or {})).items(),
                                   key=lambda item: item[1])]
    before = {name: i for name, i in special_tokens.items()
              if i == marks.beginning}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": normalization and {"type": normalization},
        "pre_tokenizer": {"type": "Sequence",
                          "pretokenizers": [split, byte_level]},
        "post_processor": template(before, {}),
        "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None,
            "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": True,
            "vocab": with_added(vocab, added),
            "merges": [[to_visible(a), to_visible(b)]
                       for a, b in merges_of(ranks)]},
    }


def with_added(vocab: dict[str, int],
               added: list[dict[str, Any]]) -> dict[str, int]:
    """A model's vocabulary, with the added tokens where they need to be in
    it: the library looks for their ids there, and else counts on from its
    size, whatever the file says."""
    ids = [token["id"] for token in added if token["content"] not in vocab]
    size = len(vocab)
    if (ids == list(range(size, size + len(ids)))
            and max(vocab.values(), default=-1) < size):
        return vocab
    return vocab | {token["content"]: token["id"] for token in added}


def read_tokenizer_json(path: str | os.PathLike) -> Vocabulary:
    """A byte-level BPE from a tokenizer.json: the ids of ``tokenizers``.

    Truncation and padding are left to who hands texts to a model.

    Raises
    ------
    ValueError
        Where the file describes something else; it names the part.
        HuggingFaceTokenizer may read it.
    """
    try:
        return vocabulary_of(json.loads(read_text(path)))
    except ValueError as error:         # ours, and what is no JSON
        raise ValueError(f"{path}: {error}") from None


def vocabulary_of(content: dict[str, Any]) -> Vocabulary:
    """The same from the content of the file."""
    try:
        model = content["model"]
        if model["type"] != "BPE" or model.get("byte_fallback"):
            raise ValueError(
                f"its model is {model['type']}"
                f"{' on characters' if model.get('byte_fallback') else ''}, "
                "not byte-level BPE; HuggingFaceTokenizer reads it")
        check_model(model)
        check_content(content)
        special, added = ({
            token["content"]: token["id"] for token in content["added_tokens"]
            if token["special"] == kind} for kind in (True, False))
        vocab = {token: i for token, i in model["vocab"].items()
                 if token not in special and token not in added}
        merges = [tuple(merge if isinstance(merge, list)
                        else merge.split(" ")) for merge in model["merges"]]
        if lost := [a + b for a, b in merges if a + b not in vocab]:
            raise ValueError(f"its added token {lost[0]!r} is made by merges, "
                             "too, which is not supported")
        ranks = {from_visible(token): i for token, i in sorted(
            vocab.items(), key=lambda item: item[1])}
        check_merges(ranks, merges)
        return Vocabulary(
            ranks, _pattern(content["pre_tokenizer"]), special,
            _normalization(content.get("normalizer")), added or None,
            TextMarks(beginning_of(content)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("it is no tokenizer.json: "
                         f"{type(error).__name__} {error}") from None


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
