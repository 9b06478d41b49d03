"""Training data that was made before: learning a tokenizer and encoding take
longer than reading, so their results are kept in a folder under the hash of
the text and the settings they came from.
"""
import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ..backend import load_tokenizer
from ..configs.data_config import DataConfig
from ..corpora.documents import Document
from ..io.atomic_folder import new_folder, remove_folder
from ..io.sealed_files import read_json, write_json
from ..tokenizers.token_table import bytes_per_token
from .training_data import TrainingData

__all__ = ["data_key", "from_cache", "to_cache"]

CACHE_FORMAT = "2"


def data_key(documents: Iterable[Document], config: DataConfig) -> str:
    """A hash of everything that the token arrays depend on."""
    settings = (CACHE_FORMAT, config.tokenizer, config.vocab_size,
                config.tokenizer_sample, config.validation)
    digest = hashlib.sha256(repr(settings).encode())
    for name, text in documents:
        content = text.encode()
        digest.update(f"\n{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def to_cache(data: TrainingData, folder: Path) -> None:
    """Keep the arrays and the tokenizer for the next run."""
    remove_folder(folder)  # if it is there, it is damaged
    with new_folder(folder) as draft:
        data.tokenizer.save(draft / "tokenizer.json")
        np.save(draft / "train.npy", data.train)
        np.save(draft / "validation.npy", data.validation)
        write_json(draft / "digests.json", digests(draft))


def from_cache(folder: Path, key: str,
               backend: str | None) -> TrainingData | None:
    """What ``to_cache`` wrote, or None where it is missing or damaged."""
    try:
        if read_json(folder / "digests.json") != digests(folder):
            return None
        tokenizer = load_tokenizer(folder / "tokenizer.json", backend)
        train, validation = (
            np.load(folder / f"{part}.npy", allow_pickle=False)
            for part in ("train", "validation"))
    except (OSError, ValueError):
        return None
    return TrainingData(key, tokenizer, train, validation,
                        bytes_per_token(tokenizer))


def digests(folder: Path) -> dict[str, str]:
    names = ("tokenizer.json", "train.npy", "validation.npy")
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in names}
