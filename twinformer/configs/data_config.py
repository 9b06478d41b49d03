"""Which texts a model is pretrained on, and in which tokens."""
from dataclasses import dataclass, field
from typing import Literal

from .checks import require

__all__ = ["DataConfig"]


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """What the model reads.

    Attributes
    ----------
    corpus
        Files and folders of text, JSON or CSV, or a name in "twinformer
        data list"; "standard-library" is the source code of the Python that
        runs this.
    text_field
        The field of JSON, or the column of CSV and Parquet, that holds the
        text.
    tokenizer
        "bpe" learns byte pairs from the corpus, "wordpiece" the pieces of
        words that BERT reads; "characters" and "bytes" need no training.
    vocab_size
        Tokens of the "bpe" tokenizer: 256 bytes, merges, end of text; or of
        "wordpiece": special tokens, characters, merges. Fewer where the text
        has too few pairs to merge.
    tokenizer_sample
        Characters of the corpus from which merges are learned (0 = all of
        them).
    validation
        Share of the corpus that is never trained on.
    """

    corpus: list[str] = field(
        default_factory=lambda: ["standard-library"])
    text_field: str = "text"
    tokenizer: Literal["bpe", "wordpiece", "characters", "bytes"] = "bpe"
    vocab_size: int = 2048
    tokenizer_sample: int = 2_000_000
    validation: float = 0.05

    def __post_init__(self):
        require(len(self.corpus) > 0, "data.corpus is empty; name at least "
                "one file or folder, or standard-library")
        require(self.tokenizer in ("bpe", "wordpiece", "characters", "bytes"),
                "data.tokenizer must be bpe, wordpiece, characters or bytes, "
                f"got {self.tokenizer!r}")
        require(self.vocab_size >= 257, "data.vocab_size must be at least "
                f"257 (256 bytes and end of text), got {self.vocab_size}")
        require(self.tokenizer_sample >= 0, "data.tokenizer_sample must "
                f"not be negative, got {self.tokenizer_sample}")
        require(0 < self.validation < 1, "data.validation must be a share "
                f"between 0 and 1, got {self.validation}")
