"""Files that can tell that they are damaged.

JSON carries the SHA-256 digest of its own text in its first line. Tensors
(safetensors) are described by a record that lives in such a JSON: size,
digest, and for each tensor dtype, shape and digest, so that damage can be
named. Whatever differs from what was written is refused.
"""
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from .safetensors_io import save_tensors

from .strict_json import json_text

__all__ = ["DamagedFile", "existing", "file_digest", "read_json",
           "read_tensors", "write_json", "write_tensors"]

SEAL = re.compile(rb'\{"sha256": "([0-9a-f]{64})",\n')


class DamagedFile(ValueError):
    """A file is not what was written; the message says where."""

    def __init__(self, file: Path, where: str):
        super().__init__(f"{file} is damaged: {where}")


def write_json(file: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON object under a seal."""
    # json.dumps opens with "{\n"; the seal takes the place of that line
    text = json_text(content, indent=1, ensure_ascii=False)[2:].encode()
    digest = hashlib.sha256(text).hexdigest()
    file.write_bytes(f'{{"sha256": "{digest}",\n'.encode() + text)


def read_json(file: Path) -> dict[str, Any]:
    """Read what ``write_json`` wrote.

    Raises
    ------
    DamagedFile
        Where a single bit differs.
    """
    raw = existing(file).read_bytes()
    seal = SEAL.match(raw)
    if not seal:
        raise DamagedFile(file, "its first line is not a digest")
    text = raw[seal.end():]
    if hashlib.sha256(text).hexdigest().encode() != seal[1]:
        raise DamagedFile(file, f"its {len(raw)} bytes do not have the "
                          "digest in its first line")
    return json.loads(b"{" + text)


def write_tensors(
    file: Path, tensors: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """Write named arrays; returns the record that ``read_tensors`` wants."""
    save_tensors(file, tensors)
    return {"bytes": file.stat().st_size, "sha256": file_digest(file),
            "each": {name: describe(array)
                     for name, array in tensors.items()}}


def read_tensors(
    file: Path, record: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    """Read what ``write_tensors`` wrote.

    Raises
    ------
    DamagedFile
        Where anything differs from the record: the size, a name, a dtype,
        a shape, a single bit.
    """
    size = existing(file).stat().st_size
    if size != record["bytes"]:
        raise DamagedFile(
            file, f"it has {size} bytes, {record['bytes']} were written")
    intact = file_digest(file) == record["sha256"]
    try:
        tensors = load_file(file)
    except SafetensorError as problem:
        raise DamagedFile(file, f"its header, {problem}") from problem
    if not intact:
        raise DamagedFile(file, first_difference(tensors, record["each"]))
    return tensors


def first_difference(
    tensors: Mapping[str, np.ndarray], each: Mapping[str, Any]
) -> str:
    """Where tensors part from their descriptions, in words."""
    for name in sorted(each.keys() | tensors.keys()):
        if name not in tensors:
            return f"tensor {name} is missing"
        if name not in each:
            return f"tensor {name} is not one of its {len(each)}"
        found, wanted = describe(tensors[name]), each[name]
        if found != wanted:
            digest = found.pop("sha256"), wanted["sha256"]
            wanted = {key: wanted[key] for key in found}
            if found != wanted:
                return (f"tensor {name} is {found['dtype']} "
                        f"{found['shape']}, expected {wanted['dtype']} "
                        f"{wanted['shape']}")
            return (f"the numbers of tensor {name}, SHA-256 "
                    f"{digest[0][:8]}... instead of {digest[1][:8]}...")
    return "its header"


def describe(array: np.ndarray) -> dict[str, Any]:
    data = np.asarray(array, order="C").data
    return {"dtype": str(array.dtype), "shape": [*array.shape],
            "sha256": hashlib.sha256(data).hexdigest()}


def file_digest(file: Path) -> str:
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def existing(file: Path) -> Path:
    if not file.exists():
        raise FileNotFoundError(f"there is no {file.name} in {file.parent}; "
                                "something in it was deleted")
    return file
