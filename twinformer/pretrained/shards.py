"""Weights in files of bounded size: one, or several and an index, as the hub has them.

    model.safetensors                    if all fit into one
    model-00001-of-00002.safetensors     else, and
    model.safetensors.index.json         {"weight_map": {tensor: file}}
"""
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from ..io.files import write_atomically
from ..io.safetensors_io import write_safetensors
from ..io.strict_json import json_text

__all__ = ["INDEX", "SHARD_BYTES", "WEIGHTS_FILE", "write_shards"]

WEIGHTS_FILE = "model.safetensors"
INDEX = f"{WEIGHTS_FILE}.index.json"
SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
SHARD_BYTES = 5 * 10**9


def write_shards(folder: Path, sizes: Mapping[str, int], make: Callable[[str], np.ndarray],
                 limit: int = SHARD_BYTES) -> None:
    """Write {tensor: bytes}; make(tensor) is its array, and one file's are in memory at a time.

    What an earlier model has left there under other names is removed at the end: else it would
    be the one that is read.

    Raises
    ------
    OSError
        Where the folder cannot be written, or the disk is full.
    """
    rows = split(sizes, limit)
    if len(rows) == 1:
        names = [WEIGHTS_FILE]
    else:
        names = [f"model-{number:05d}-of-{len(rows):05d}.safetensors"
                 for number in range(1, len(rows) + 1)]
    for name, row in zip(names, rows, strict=True):
        write_safetensors(folder / name, {tensor: make(tensor) for tensor in row})
    if len(rows) > 1:
        index = {"metadata": {"total_size": sum(sizes.values())},
                 "weight_map": {tensor: name for name, row in zip(names, rows, strict=True)
                                for tensor in row}}
        write_atomically(folder / INDEX, json_text(index, indent=2) + "\n")
        (folder / WEIGHTS_FILE).unlink(missing_ok=True)
    else:
        (folder / INDEX).unlink(missing_ok=True)
    for path in folder.iterdir():
        if SHARD.fullmatch(path.name) and path.name not in names:
            path.unlink()


def split(sizes: Mapping[str, int], limit: int) -> list[list[str]]:
    """The tensors of each file, in order; one that is larger than the limit has its own."""
    rows: list[list[str]] = [[]]
    filled = 0
    for tensor, size in sizes.items():
        if filled and filled + size > limit:
            rows.append([])
            filled = 0
        rows[-1].append(tensor)
        filled += size
    return rows
