"""Characters in the format of Hugging Face ``tokenizers``: a tokenizer.json
whose words are single characters, cut by an expression that matches any one.
"""
import os
from typing import Any

from ...io.files import write_atomically
from ..characters import CharacterTokenizer
from ...io.strict_json import json_text

__all__ = ["characters_of", "write_characters"]

ANY_ONE = {"type": "Split", "pattern": {"Regex": r"[\s\S]"},
           "behavior": "Isolated", "invert": False}
JOINED = {"type": "Fuse"}


def write_characters(tokenizer: CharacterTokenizer, path: str | os.PathLike) -> None:
    """Write it for ``tokenizers.Tokenizer.from_file`` and transformers.

    An unknown character is an error there, too: no word stands for it.
    """
    vocab = {character: i for i, character in enumerate(tokenizer.characters)}
    content = {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [
            {"id": i, "content": name, "single_word": False, "lstrip": False,
             "rstrip": False, "normalized": False, "special": True}
            for name, i in sorted(tokenizer.special_tokens.items(), key=lambda s: s[1])],
        "normalizer": None, "pre_tokenizer": ANY_ONE, "post_processor": None,
        "decoder": JOINED,
        "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "<|unknown|>"}}
    write_atomically(path, json_text(content, ensure_ascii=False, indent=1))


def characters_of(content: dict[str, Any]) -> CharacterTokenizer | None:
    """The tokenizer that `write_characters` wrote; None where the content of a
    tokenizer.json is of another kind.

    Raises
    ------
    ValueError
        Where the ids have gaps.
    """
    if content.get("pre_tokenizer") != ANY_ONE:
        return None
    vocab = content["model"]["vocab"]
    names = [token["content"] for token in content["added_tokens"]]
    ids = [*vocab.values(), *(token["id"] for token in content["added_tokens"])]
    if ids != list(range(len(ids))) or max(map(len, vocab), default=1) > 1:
        raise ValueError("expected one character for each id from 0 on, then the special tokens")
    return CharacterTokenizer(vocab, names)
