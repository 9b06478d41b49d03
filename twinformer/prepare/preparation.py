"""The work of a preparation: read, encode, choose, write, save.

Everything passes through in one fixed order, whatever the number of
processes, and is in one of two states: saved, or forgotten after a kill.
"""
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..io.strict_json import json_text
from ..corpora.sources import Source
from ..corpora.encoded_corpus import token_dtype
from .ledger import Ledger
from .near_duplicates import NearDuplicates
from .encoding import Encoded, Job, encode_jobs
from ..corpora.passages import Passage
from .prepare_options import PrepareOptions, read_options
from .split_writer import SplitWriter
from ..io.surrogates import repair_surrogates
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["LEDGER", "Preparation", "is_validation"]

LEDGER = "ledger.sqlite"
SAVE_SECONDS = 5.0
COUNTS = ("documents", "bytes", "empty", "exact duplicates",
          "near-duplicates")


class Preparation:
    """One preparation under way."""

    def __init__(self, sources: Sequence[Source], tokenizer: Tokenizer,
                 folder: Path, options: PrepareOptions,
                 settings: dict[str, Any],
                 progress: Callable[[dict[str, int]], None]):
        self.sources, self.tokenizer = sources, tokenizer
        self.folder, self.options = folder, options
        self.progress = progress
        self.ledger = Ledger(folder / LEDGER)
        try:
            state = self.ledger.load()
            if state and state["settings"] != settings:
                raise ValueError(
                    f"{folder} holds an unfinished preparation of other text "
                    "or with other settings; delete it, or choose another "
                    "folder")
            self.near = (NearDuplicates(self.ledger, options.near_duplicates)
                         if options.near_duplicates else None)
            dtype = token_dtype(tokenizer.vocab_size)
            self.splits = {
                split: SplitWriter(
                    folder, split, dtype, options.shard_tokens,
                    tokenizer.beginning_of_text, tokenizer.end_of_text,
                    state.get(split, {}))
                for split in ("train", "validation")}
        except BaseException:
            self.ledger.close()
            raise
        self.counts: dict[str, int] = state.get(
            "counts", dict.fromkeys(COUNTS, 0))
        # the last passage that was dealt with: source, document, part
        self.position = tuple(state.get("position", (0, -1, 0)))
        self.settings = settings
        if not state:
            tokenizer.save(folder / "tokenizer.json")
            self.save()

    def run(self) -> None:
        saved = time.monotonic()
        processes = self.options.processes or os.cpu_count() or 1
        results = encode_jobs(self.tokenizer, self.jobs(), processes,
                              signed=self.near is not None)
        try:
            for job, encoded in results:
                self.take(job, encoded)
                if time.monotonic() - saved > SAVE_SECONDS:
                    self.save()
                    saved = time.monotonic()
        finally:
            results.close()
        for split in self.splits.values():
            split.finish()
        self.save()
        self.list_removed()
        for name, split in self.splits.items():
            if not split.tokens.written and (
                    name == "train" or self.options.validation):
                raise ValueError(
                    f"no document is left for {name}: the corpus is empty "
                    "or has too few documents; try a smaller "
                    "--passage-length, or another --validation share")

    def jobs(self) -> Iterator[Job]:
        """The passages that come after the saved position."""
        reading = read_options(self.sources, self.options)
        first, document, part = self.position
        for number in range(first, len(self.sources)):
            skip = max(document, 0) if number == first else 0
            options = replace(reading, skip=skip)
            for passage in self.sources[number].read(options):
                if number == first and (passage.document, passage.part) <= (
                        document, part):
                    continue
                passage = passage._replace(
                    text=repair_surrogates(passage.text))
                digest = hashlib.blake2b(passage.text.encode(),
                                         digest_size=16).digest()
                yield Job(number, passage, digest, not (
                    is_empty(passage) or self.drops(digest)))

    def drops(self, digest: bytes) -> bool:
        return self.options.duplicates == "drop" and self.ledger.has(digest)

    def take(self, job: Job, encoded: Encoded) -> None:
        """Write a passage, or leave it out."""
        passage, digest = job.passage, job.digest
        self.counts["documents"] += passage.ends
        self.counts["bytes"] += len(passage.text.encode())
        if is_empty(passage):
            self.counts["empty"] += 1
        elif self.options.duplicates == "drop" and not (
                self.ledger.add(digest)):
            self.counts["exact duplicates"] += 1
            self.ledger.remove(passage.name, "exact", "")
        elif self.near and encoded.signature is not None and (
                twin := self.near.twin(passage.name, encoded.signature)):
            self.counts["near-duplicates"] += 1
            self.ledger.remove(passage.name, "near", twin)
        else:
            split = ("validation" if is_validation(
                digest, self.options.validation) else "train")
            self.splits[split].append(
                (job.source, passage.document, passage.part), encoded.ids,
                passage.ends)
        self.position = (job.source, passage.document, passage.part)
        self.progress(self.counts)

    def save(self) -> None:
        """First the tokens, then the ledger that says they are there."""
        for split in self.splits.values():
            split.flush()
        self.ledger.commit({
            "settings": self.settings, "position": self.position,
            "counts": self.counts, **{name: split.state() for name, split in
                                      self.splits.items()}})

    def list_removed(self) -> None:
        """removed.jsonl: what was left out, why, and what was kept."""
        draft = self.folder / ".removed.jsonl"
        with open(draft, "w", encoding="utf-8", newline="\n") as file:
            for name, reason, kept in self.ledger.removed():
                file.write(json_text({
                    "name": name, "reason": reason, "kept": kept},
                    ensure_ascii=False) + "\n")
        os.replace(draft, self.folder / "removed.jsonl")

    def close(self) -> None:
        self.ledger.close()
        for split in self.splits.values():
            split.abandon()


def is_validation(digest: bytes, share: float) -> bool:
    """Decided by the text alone, for any corpus it may be part of."""
    return int.from_bytes(digest[:8], "big") < share * 2**64


def is_empty(passage: Passage) -> bool:
    """A document of nothing but white space."""
    return passage.part == 0 and passage.ends and not passage.text.strip()
