"""Vocabularies in tiktoken's format: a line for each token, its bytes in
base64, a space, its rank. Llama 3's ``tokenizer.model`` is such a file.
"""
import base64
import binascii
import os
from collections.abc import Iterable
from pathlib import Path

from ...io.files import write_atomically
from ..vocabulary import Vocabulary

__all__ = ["llama3_special_tokens", "read_tiktoken", "write_tiktoken"]


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


def llama3_special_tokens() -> list[str]:
    """The 256 special tokens of Llama 3.1 to 3.3; the first is id 128000."""
    named = {0: "begin_of_text", 1: "end_of_text", 4: "finetune_right_pad_id",
             6: "start_header_id", 7: "end_header_id", 8: "eom_id",
             9: "eot_id", 10: "python_tag"}
    reserved = (f"reserved_special_token_{i}" for i in range(256))
    return [f"<|{named.get(i) or next(reserved)}|>" for i in range(256)]
