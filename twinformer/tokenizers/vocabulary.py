"""What a BPE vocabulary is, wherever it comes from.

gpt2_files, tiktoken_files and huggingface_files read the formats in which
vocabularies are published; all of them give one of these.
"""
from typing import Literal, NamedTuple

__all__ = ["NormalForm", "Vocabulary"]

NormalForm = Literal["NFC", "NFD", "NFKC", "NFKD"]


class Vocabulary(NamedTuple):
    """All that BPETokenizer needs: ``BPETokenizer(*vocabulary)``"""

    ranks: dict[bytes, int]         # the id of every token, in merge order
    pattern: str                    # how text is cut before merging
    special_tokens: dict[str, int]
    normalization: NormalForm | None = None     # "NFC" for Qwen
