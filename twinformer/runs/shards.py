"""The tensors of a checkpoint in several files, one of each rank that wrote.

torch.distributed.checkpoint writes them as safetensors: a file holds some rows
(in general a box) of some tensors, and in its header where those lie in the
whole. Here they are read without torch, and written for it.

    step-000200/
        checkpoint.json                            all but the tensors, sealed
        shard-00001-model-00001-of-00001.safetensors
        shard-00002-model-00001-of-00001.safetensors

checkpoint.json records size and digest of every file, and of every piece its
dtype, shape, place and digest. Nothing is pickled.
"""
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..io.safetensors_io import StoredTensor, open_safetensors, save_tensors
from ..io.sealed_files import DamagedFile, existing, file_digest
from ..io.strict_json import json_text

__all__ = ["check_shard", "check_shards", "describe_shard", "read_shards", "write_shards"]

# As torch.distributed.checkpoint names them: the parts of one rank's file
NAME = "shard-{:05d}-model-00001-of-00001.safetensors"
PLACES = "DCP_SHARDING_INFO"


def describe_shard(file: Path) -> dict[str, Any]:
    """The record of a file that was written: what ``check_shard`` wants."""
    places = places_in(file)
    return {"bytes": file.stat().st_size, "sha256": file_digest(file),
            "each": {name: describe_piece(piece, places[name])
                     for name, piece in open_safetensors(file).items()}}


def places_in(file: Path) -> dict[str, list[int]]:
    """Where the pieces of a file begin in their tensors, from its header."""
    with open(file, "rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        header = json.loads(opened.read(length))
    told = json.loads(header["__metadata__"][PLACES])
    return {name: list(about["saved_offsets"]) for name, about in told.items()}


def describe_piece(piece: StoredTensor, place: list[int]) -> dict[str, Any]:
    size = math.prod(piece.shape) * piece.file_dtype.itemsize
    return {"dtype": piece.stored, "shape": [*piece.shape], "place": place,
            "sha256": hashlib.sha256(
                piece.raw[piece.begin:piece.begin + size]).hexdigest()}


def check_shard(file: Path, record: Mapping[str, Any]) -> None:
    """DamagedFile where a file is not what was recorded; it says where."""
    size = existing(file).stat().st_size
    if size != record["bytes"]:
        raise DamagedFile(
            file, f"it has {size} bytes, {record['bytes']} were written")
    if file_digest(file) == record["sha256"]:
        return
    try:
        found = describe_shard(file)["each"]
    except (ValueError, KeyError) as problem:
        raise DamagedFile(file, f"its header, {problem}") from problem
    for name, wanted in record["each"].items():
        if found.get(name) != wanted:
            raise DamagedFile(file, f"tensor {name}")
    raise DamagedFile(file, "its header")


def check_shards(folder: Path, content: Mapping[str, Any],
                 names: Iterable[str] | None = None) -> None:
    """Prove that files are those of ``checkpoint.json``, and no other is there.

    Parameters
    ----------
    folder : Path
    content : dict
        Of its checkpoint.json.
    names : iterable of str, optional
        The files to read; all of them where it is left out.

    Raises
    ------
    DamagedFile, FileNotFoundError
    """
    records = content["shards"]
    for file in sorted(folder.glob("*.safetensors")):
        if file.name not in records:
            raise DamagedFile(file, "it does not belong to this checkpoint")
    for name in records if names is None else names:
        check_shard(folder / name, records[name])


def read_shards(folder: Path, content: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """All tensors of a sharded checkpoint, whole, in this process.

    Raises
    ------
    DamagedFile, FileNotFoundError
        Where a file differs from its record, or pieces do not make a tensor.
    """
    check_shards(folder, content)
    pieces: dict[str, list[tuple[list[int], StoredTensor]]] = {}
    for file, record in content["shards"].items():
        stored = open_safetensors(folder / file)
        for name, about in record["each"].items():
            pieces.setdefault(name, []).append((about["place"], stored[name]))
    missing = content["tensors"].keys() - pieces.keys()
    if missing:
        raise DamagedFile(folder / "checkpoint.json",
                          f"no file has tensor {min(missing)}")
    return {name: whole(folder, name, shape, pieces[name])
            for name, shape in content["tensors"].items()}


def whole(folder: Path, name: str, shape: list[int], pieces) -> np.ndarray:
    """A tensor from its pieces, which may not overlap nor leave a gap."""
    count = sum(math.prod(piece.shape) for _, piece in pieces)
    if count != math.prod(shape):
        raise DamagedFile(folder / "checkpoint.json",
                          f"the pieces of tensor {name} have {count} numbers, "
                          f"the whole of shape {shape} has {math.prod(shape)}")
    result = np.empty(shape, pieces[0][1].dtype)
    for place, piece in pieces:
        box = tuple(slice(begin, begin + size) for begin, size
                    in zip(place, piece.shape, strict=True))
        result[box] = np.asarray(piece)
    return result


def write_shards(folder: Path, tensors: Mapping[str, np.ndarray],
                 shards: int) -> dict[str, Any]:
    """Cut tensors by their rows into files as ``fully_shard`` would have them.

    Returns
    -------
    dict
        The entries "shards" and "tensors" of checkpoint.json.
    """
    records = {}
    for shard in range(shards):
        pieces, places = {}, {}
        for name, array in tensors.items():
            begin, end = rows_of(shard, shards, array)
            if array.ndim and (begin < end or shard == 0):
                pieces[name] = array[begin:end]
                places[name] = [begin] + [0] * (array.ndim - 1)
            elif shard == 0:    # one number
                pieces[name], places[name] = array, []
        if pieces:
            file = folder / NAME.format(shard + 1)
            told = {name: {"saved_offsets": place} for name, place in places.items()}
            save_tensors(file, pieces, {PLACES: json_text(told),
                                        "DCP_VERSION": "1.0", "format": "pt"})
            records[file.name] = describe_shard(file)
    return {"shards": records,
            "tensors": {name: [*array.shape] for name, array in tensors.items()}}


def rows_of(shard: int, shards: int, array: np.ndarray) -> tuple[int, int]:
    """The rows of one shard: equal numbers of them, but for the last ones."""
    rows = len(array) if array.ndim else 0
    each = -(-rows // shards)
    return min(shard * each, rows), min((shard + 1) * each, rows)
