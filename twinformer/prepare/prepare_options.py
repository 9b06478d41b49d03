"""How a corpus is prepared, and what the result depends on."""
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..corpora.sources import Source
from .manifest import FORMAT
from ..corpora.passages import LONGEST_PASSAGE
from ..corpora.readers import ReadOptions
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["PrepareOptions", "read_options", "settings_of"]


@dataclass(frozen=True, kw_only=True)
class PrepareOptions:
    """How a corpus is prepared.

    Attributes
    ----------
    validation
        Share of the documents that are kept for validation. A hash of its
        text decides, so the same document is always on the same side.
    duplicates
        "drop" keeps the first of documents with the same text.
    near_duplicates
        Documents whose shingles overlap by this share with those of an
        earlier one are left out, for example 0.8 (0 = all are kept).
    errors
        Bytes that are not UTF-8 are an "error", or "replace"d by U+FFFD.
    text_field
        The field of JSON lines, or column of Parquet, that holds the text.
    passage_length
        A document of more than twice as many characters is split, and its
        duplicates are sought, by passages (0 = a hundredth of the corpus, at
        least 1,024 and at most a million).
    shard_tokens
        Tokens in each file.
    processes
        0 = one for each processor.
    """

    validation: float = 0.05
    duplicates: Literal["drop", "keep"] = "drop"
    near_duplicates: float = 0.0
    errors: Literal["error", "replace"] = "error"
    text_field: str = "text"
    passage_length: int = 0
    shard_tokens: int = 100_000_000
    processes: int = 0

    def __post_init__(self):
        if not 0 <= self.validation < 1:
            raise ValueError("validation must be a share from 0 to below 1, "
                             f"not {self.validation}")
        if not 0 <= self.near_duplicates < 1:
            raise ValueError("near_duplicates must be a share from 0 to "
                             f"below 1, not {self.near_duplicates}")
        if self.duplicates not in ("drop", "keep"):
            raise ValueError("duplicates must be drop or keep, not "
                             f"{self.duplicates!r}")
        if self.errors not in ("error", "replace"):
            raise ValueError("errors must be error or replace, not "
                             f"{self.errors!r}")
        if min(self.passage_length, self.processes) < 0:
            raise ValueError("passage_length and processes must not be "
                             "negative")
        if self.shard_tokens < 1:
            raise ValueError("shard_tokens must be at least 1, not "
                             f"{self.shard_tokens}")


def settings_of(sources: Sequence[Source], tokenizer: Tokenizer,
                options: PrepareOptions) -> dict[str, Any]:
    """All that the result depends on, ready for JSON."""
    content = hashlib.sha256()
    for source in sources:
        content.update(f"{source.name}\0{source.identity}\0".encode())
    described = json.dumps(tokenizer.to_dict(), sort_keys=True)
    chosen = asdict(options)
    del chosen["processes"]
    return {"format": FORMAT, "sources": content.hexdigest(),
            "tokenizer": hashlib.sha256(described.encode()).hexdigest(),
            **chosen}


def read_options(sources: Sequence[Source],
                 options: PrepareOptions) -> ReadOptions:
    length = options.passage_length
    if not length:
        total = sum(source.bytes for source in sources)
        known = all(source.bytes for source in sources)
        length = min(max(total // 100, 1024), LONGEST_PASSAGE) if (
            known) else LONGEST_PASSAGE
    return ReadOptions(errors=options.errors, passage_length=length,
                       text_field=options.text_field)
