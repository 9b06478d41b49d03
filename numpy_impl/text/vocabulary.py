"""What a BPE vocabulary is, wherever it comes from."""
from typing import NamedTuple

__all__ = ["Vocabulary"]


class Vocabulary(NamedTuple):
    """All that BPETokenizer needs: ``BPETokenizer(*vocabulary)``"""

    ranks: dict[bytes, int]         # the id of every token, in merge order
    pattern: str                    # how text is cut before merging
    special_tokens: dict[str, int]
