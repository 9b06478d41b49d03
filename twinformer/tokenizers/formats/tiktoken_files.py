"""Vocabularies in tiktoken's format: a line for each token, its bytes in
base64, a space, its rank. Llama 3's ``tokenizer.model`` is such a file, and
so is ``qwen.tiktoken``; what is not in them, their models' families know.
"""
import base64
import binascii
import os
import re
from collections.abc import Iterable
from pathlib import Path

from ...io.files import write_atomically
from ..vocabulary import TextMarks, Vocabulary

__all__ = ["is_tiktoken", "llama3_special_tokens", "qwen_added_tokens",
           "qwen_special_tokens", "read_family", "read_tiktoken",
           "write_tiktoken"]

LINE = re.compile(rb"[A-Za-z0-9+/=]+ [0-9]+\r?\n")


def read_tiktoken(path: str | os.PathLike, pattern: str,
                  special_tokens: Iterable[str] | dict[str, int] = (),
                  ) -> Vocabulary:
    """A ``.tiktoken`` file; the pattern and special tokens are not in it.

    Parameters
    ----------
    special_tokens
        Their ids, or their names in the order of the ids that follow the
        largest rank. For Llama 3: ``llama3_special_tokens()``.

    Raises ValueError with the number of the line that is no token.
    """
    ranks: dict[bytes, int] = {}
    lines = Path(path).read_bytes().splitlines()
    for number, line in enumerate(lines, 1):
        try:
            token, rank = line.split(b" ")
            ranks[base64.b64decode(token, validate=True)] = int(rank)
        except (ValueError, binascii.Error):
            raise ValueError(
                f"{path}, line {number}: a token in base64, a space and its "
                f"rank should be here, not {line[:40]!r}") from None
    if not isinstance(special_tokens, dict):
        first = 1 + max(ranks.values(), default=-1)
        special_tokens = {
            name: first + i for i, name in enumerate(special_tokens)}
    return Vocabulary(ranks, pattern, special_tokens)


def write_tiktoken(vocabulary: Vocabulary, path: str | os.PathLike) -> None:
    """Write the ranks for ``tiktoken.load.load_tiktoken_bpe``."""
    in_order = sorted(vocabulary.ranks.items(), key=lambda item: item[1])
    write_atomically(path, b"".join(
        b"%s %d\n" % (base64.b64encode(token), rank)
        for token, rank in in_order))


def is_tiktoken(path: str | os.PathLike) -> bool:
    """Whether the file's first line is a token in base64 and its rank."""
    with open(path, "rb") as file:
        return LINE.match(file.read(4096)) is not None


def read_family(path: str | os.PathLike) -> Vocabulary:
    """The whole vocabulary of Llama 3 or Qwen from its file: the pattern,
    the special tokens, and what stands around a text.

    Raises
    ------
    ValueError
        Where the file is no such one, by its number of tokens.
    """
    ranks = read_tiktoken(path, "gpt2").ranks
    if len(ranks) == 128_000:
        special = {name: 128_000 + i
                   for i, name in enumerate(llama3_special_tokens())}
        stops = tuple(special[name] for name in ("<|eom_id|>", "<|eot_id|>"))
        return Vocabulary(ranks, "llama3", special, marks=TextMarks(
            beginning=special["<|begin_of_text|>"], stops=stops))
    if len(ranks) == 151_643:
        special = {name: 151_643 + i
                   for i, name in enumerate(qwen_special_tokens())}
        added = {name: 151_657 + i
                 for i, name in enumerate(qwen_added_tokens())}
        return Vocabulary(ranks, "qwen", special, "NFC", added, TextMarks(
            stops=(special["<|im_end|>"],)))
    raise ValueError(
        f"{path} has {len(ranks)} tokens; Llama 3's file has 128000 and "
        "Qwen's 151643. Of another model, read_tiktoken reads the file, if "
        "you give the pattern and the special tokens")


def llama3_special_tokens() -> list[str]:
    """The 256 special tokens of Llama 3.1 to 3.3; the first is id 128000."""
    named = {0: "begin_of_text", 1: "end_of_text", 4: "finetune_right_pad_id",
             6: "start_header_id", 7: "end_header_id", 8: "eom_id",
             9: "eot_id", 10: "python_tag"}
    reserved = (f"reserved_special_token_{i}" for i in range(256))
    return [f"<|{named.get(i) or next(reserved)}|>" for i in range(256)]


def qwen_special_tokens() -> list[str]:
    """The special tokens of Qwen 2.5 and 3; the first is id 151643."""
    pairs = (f"{name}_{end}" for name in ("object_ref", "box", "quad",
                                          "vision") for end in ("start", "end"))
    names = ["endoftext", "im_start", "im_end", *pairs,
             "vision_pad", "image_pad", "video_pad"]
    return [f"<|{name}|>" for name in names]


def qwen_added_tokens() -> list[str]:
    """The tokens of Qwen 3 that are text, yet one id each, from 151657 on."""
    code = [f"<|{name}|>" for name in ("fim_prefix", "fim_middle", "fim_suffix",
                                       "fim_pad", "repo_name", "file_sep")]
    return ["<tool_call>", "</tool_call>", *code, "<tool_response>",
            "</tool_response>", "<think>", "</think>"]
