"""A prepared corpus: opened in no time, whatever its size.

Shapes: N = tokens of a part, S stretches of text, V vocabulary.
"""
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from .manifest import MANIFEST, describe_folder, file_record
from ..backend import load_tokenizer
from ..batches.shards import ShardedTokens
from ..io.paths import expanded

__all__ = ["PreparedCorpus", "is_prepared"]


def is_prepared(folder: str | Path) -> bool:
    """Whether a folder holds the manifest of a prepared corpus."""
    return (expanded(folder) / MANIFEST).is_file()


class PreparedCorpus:
    """The token files of one folder, memory-mapped.

    Attributes
    ----------
    train, validation : ShardedTokens, (N,)
        Read as one would an array.
    tokenizer : Tokenizer
    key : str
        Equal for equal tokens.
    manifest : dict

    Parameters
    ----------
    verify
        Read all of it once and compare the digests; otherwise the sizes of
        the files are compared.
    backend
        Whose tokenizer; left out, torch where it is installed.

    Raises
    ------
    FileNotFoundError, ValueError
        Where a file is missing or not the one that was written.
    """

    def __init__(self, folder: str | Path, verify: bool = False,
                 backend: str | None = None):
        self.folder = expanded(folder)
        manifest = describe_folder(self.folder)
        if manifest is None:
            raise FileNotFoundError(
                f"{self.folder} holds no prepared corpus (no {MANIFEST}): "
                "its preparation was not finished, or it is another folder")
        self.manifest: dict[str, Any] = manifest
        records = [manifest["tokenizer"]]
        for split in manifest["splits"].values():
            records += split["shards"] + split["starts"]
        for record in records:
            check_file(self.folder, record, verify)
        self.key = hashlib.sha256(json.dumps(
            [record["sha256"] for record in records]).encode()
        ).hexdigest()[:32]
        self.tokenizer = load_tokenizer(
            self.folder / manifest["tokenizer"]["file"], backend)
        self.train = self._tokens("train")
        self.validation = self._tokens("validation")

    def starts(self, split: str) -> np.ndarray:
        """-> (S,) where stretches of text without a gap start"""
        files = self.manifest["splits"][split]["starts"]
        if not files:
            return np.empty(0, np.uint64)
        return np.memmap(self.folder / files[0]["file"], "<u8", "r")

    def _tokens(self, name: str) -> ShardedTokens:
        split = self.manifest["splits"][name]
        dtype = np.dtype(split["dtype"])
        shards = [np.memmap(self.folder / record["file"], dtype, "r")
                  for record in split["shards"]]
        return ShardedTokens(shards or [np.empty(0, dtype)])


def check_file(folder: Path, record: dict[str, Any], verify: bool) -> None:
    path = folder / record["file"]
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; prepare the corpus "
                                "again")
    if path.stat().st_size != record["bytes"] or (
            verify and file_record(path) != record):
        raise ValueError(f"{path} is damaged: it is not what was written; "
                         "delete the folder and prepare the corpus again")
