"""The vocabulary in a GGUF file, of llama.cpp.

    tokenizer.ggml.model   "gpt2": byte pairs, with merges; "llama": SentencePiece, with scores
    tokenizer.ggml.pre     how byte pairs cut a text, by the name of a model that is cut so
    tokenizer.ggml.tokens, token_type, merges or scores, bos_token_id, eos_token_id, ...
"""
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..bpe import ByteLevelBPE
from ..byte_alphabet import to_visible
from ..byte_tokenizer import ByteTokenizer
from ..sentencepiece_tokenizer import SentencePieceTokenizer
from ..tokenizer import Tokenizer
from .files import read_file
from .folder_settings import PLAIN, Settings
from .gguf_cuts import cut_of, normalizer_of
from .huggingface_files import with_added
from .sentencepiece_files import (
    BYTE, CONTROL, NORMAL, UNKNOWN, UNUSED, USER_DEFINED, Piece, SentencePieceModel, write_model,
)

__all__ = ["GGML", "NO_MERGES", "tokenizer_of_fields"]

GGML = "tokenizer.ggml."
NO_MERGES = ["\u0100 \u0100"]    # llama.cpp wants some; what these two make is no token
BYTES = [to_visible(bytes([byte])) for byte in range(256)]
SPACE = "\u2581"
# by these models end what they write, whatever the file calls the end of a text
ENDS = ("<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|return|>")


def tokenizer_of_fields(path: Path, fields: Mapping[str, Any],
                        bpe: type[ByteLevelBPE]) -> Tokenizer:
    """The tokenizer that the fields of a GGUF file describe.

    bpe : the class that encodes byte pairs, of either implementation

    Raises
    ------
    ValueError
        Where it is of a kind that is not read, or damaged; it names the file.
    """
    try:
        kind = fields.get(GGML + "model")
        tokens, types = tokens_of(fields)
        if kind == "gpt2":
            return ended(path, fields, of_byte_pairs(path, fields, tokens, types, bpe))
        if kind == "llama":
            return ended(path, fields, of_pieces(fields, tokens, types))
        raise ValueError(f"its tokenizer.ggml.model is {kind!r:.40}; gpt2 (byte pairs) and llama "
                         "(SentencePiece) are read")
    except ValueError as problem:
        if str(path) in str(problem):
            raise
        raise ValueError(f"{path}: {problem}") from None


def tokens_of(fields: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    """The text and the type of each id."""
    tokens = fields.get(GGML + "tokens")
    if not isinstance(tokens, list) or not tokens:
        raise ValueError(f"expected a list of texts {GGML}tokens, got {tokens!r:.40}")
    types = fields.get(GGML + "token_type")
    if types is None:
        special = {fields.get(GGML + role) for role in ("bos_token_id", "eos_token_id")}
        types = [CONTROL if token in special else NORMAL for token in range(len(tokens))]
    if isinstance(types, list | np.ndarray) and len(types) == len(tokens):
        return tokens, [int(kind) for kind in types]
    raise ValueError(f"expected {GGML}token_type to have a number for each of {len(tokens)} "
                     f"tokens, got {types!r:.40}")


def of_byte_pairs(path: Path, fields: Mapping[str, Any], tokens: list[str], types: list[int],
                  bpe: type[ByteLevelBPE]) -> Tokenizer:
    merges = fields.get(GGML + "merges")
    if not isinstance(merges, list) or not all(
            isinstance(merge, str) and merge.count(" ") == 1 for merge in merges):
        raise ValueError(f"expected {GGML}merges to be pairs of tokens, got {merges!r:.60}")
    used = [token for token, kind in zip(tokens, types, strict=True) if kind != UNUSED]
    if len(set(used)) < len(used):
        twice = next(token for place, token in enumerate(used) if token in used[:place])
        raise ValueError(f"the token {twice!r:.60} has two ids")
    added = [PLAIN | {"id": i, "content": token, "special": kind != USER_DEFINED}
             for i, (token, kind) in enumerate(zip(tokens, types, strict=True))
             if kind in (CONTROL, USER_DEFINED, UNKNOWN)]
    if merges == NO_MERGES:
        names = [str(token["content"]) for token in added]
        if tokens[:256] == BYTES and [token["id"] for token in added] == [
                *range(256, 256 + len(names))] and all(token["special"] for token in added):
            return ByteTokenizer(names)
        merges = []
    vocab = {token: i for i, (token, kind) in enumerate(zip(tokens, types, strict=True))
             if kind == NORMAL}
    return read_file(path, bpe, {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": normalizer_of(fields), "pre_tokenizer": cut_of(fields.get(GGML + "pre")),
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False,
                    "use_regex": False},
        "model": {"type": "BPE", "dropout": None, "unk_token": None,
                  "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "fuse_unk": False, "byte_fallback": False, "ignore_merges": True,
                  "vocab": with_added(vocab, added),
                  "merges": [merge.split(" ") for merge in merges]}})


def of_pieces(fields: Mapping[str, Any], tokens: list[str], types: list[int]) -> Tokenizer:
    """SentencePiece's own library reads it, as the model that the file was made of."""
    scores = fields.get(GGML + "scores")
    if not isinstance(scores, np.ndarray) or len(scores) != len(tokens):
        raise ValueError(f"expected {GGML}scores to have a number for each of {len(tokens)} "
                         f"tokens, got {scores!r:.40}")
    if others := set(types) - set(range(NORMAL, BYTE + 1)):
        raise ValueError(f"{GGML}token_type has {sorted(others)[0]}; 1 to 6 are known")
    pieces = [Piece(token.replace(" ", SPACE) if kind == USER_DEFINED else token,
                    float(score), kind)
              for token, score, kind in zip(tokens, scores, types, strict=True)]
    try:
        return SentencePieceTokenizer(write_model(SentencePieceModel(
            pieces, byte_fallback=BYTE in types,
            add_dummy_prefix=bool(fields.get(GGML + "add_space_prefix", True)),
            remove_extra_whitespaces=bool(fields.get(GGML + "remove_extra_whitespaces", False)))))
    except ValueError as problem:
        raise ValueError(f"its {len(tokens)} tokens are no vocabulary of SentencePiece: {problem}"
                         ) from None


def ended(path: Path, fields: Mapping[str, Any], tokenizer: Tokenizer) -> Tokenizer:
    """The same, which knows what its texts begin and end with."""
    names: dict[Any, str] = {
        i: name for name, i in (tokenizer.special_tokens | tokenizer.added_tokens).items()}
    roles = {role: fields.get(f"{GGML}{role}_token_id") for role in ("bos", "eos", "eot", "eom")}
    always = fields.get(GGML + "model") == "llama" or fields.get(GGML + "pre") in (
        "llama-bpe", "llama3", "llama-v3")      # where the file does not say, llama.cpp has one
    stops = [roles[role] for role in ("eos", "eot", "eom")] + [
        tokenizer.special_tokens.get(name) for name in ENDS]
    settings = Settings(path, {
        "add_bos_token": bool(fields.get(GGML + "add_bos_token", always)),
        "bos_token": names.get(roles["bos"]), "eos_token": names.get(roles["eos"])}, [],
        [stop for stop in stops if type(stop) is int and stop in names])
    return settings.ended(settings.begun(tokenizer))
