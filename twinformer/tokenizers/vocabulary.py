"""What a BPE vocabulary is, wherever it comes from, and what the files beside
a model say of the beginning and the end of its texts.

gpt2_files, tiktoken_files and huggingface_files read the formats in which
vocabularies are published; all of them give one of these.
"""
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

__all__ = ["NormalForm", "TextMarks", "Vocabulary"]

NormalForm = Literal["NFC", "NFD", "NFKC", "NFKD"]


class TextMarks(NamedTuple):
    """The ids that stand around a text, where its model wants them."""

    beginning: int | None = None    # in front of every text; GPT-2 wants none
    end: int | None = None          # behind a document; None: known by name
    stops: tuple[int, ...] = ()     # a model ends its text by these, too

    def to_state(self, usual: "TextMarks | None" = None) -> dict[str, Any]:
        """The entry of a saved tokenizer; none where they are the usual."""
        if self == (usual or TextMarks()):
            return {}
        return {"marks": {"beginning": self.beginning, "end": self.end,
                          "stops": list(self.stops)}}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "TextMarks | None":
        """What ``to_state`` put into a saved tokenizer; None for nothing."""
        if "marks" not in state:
            return None
        marks = state["marks"]
        return cls(marks["beginning"], marks["end"], tuple(marks["stops"]))


class Vocabulary(NamedTuple):
    """All that BPETokenizer needs: ``BPETokenizer(*vocabulary)``"""

    ranks: dict[bytes, int]         # the id of every token, in merge order
    pattern: str                    # how text is cut before merging
    special_tokens: dict[str, int]
    normalization: NormalForm | None = None     # "NFC" for Qwen
    added_tokens: dict[str, int] | None = None  # <think>: text, yet one id
    marks: TextMarks = TextMarks()
