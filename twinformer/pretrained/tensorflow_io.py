"""OpenAI's own GPT-2 files: a TensorFlow checkpoint, read without TensorFlow.

    model.ckpt.index                 where each tensor lies
    model.ckpt.data-00000-of-00001   the numbers, one tensor after the other

The index is a table (tensorflow_table.py). Its keys are the names of the
tensors, its values protocol buffers:

    1 dtype    2 shape { 2 dimension { 1 size } }    3 file
    4 offset   5 size

Described in tensorflow/core/protobuf/tensor_bundle.proto.
"""
import math
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..io.safetensors_io import widened
from .tensorflow_table import read_table, varint

__all__ = ["read_tensorflow"]

DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8", 14: "<u2", 19: "<f2"}
BFLOAT16 = 14


class Entry(NamedTuple):
    """Where one tensor lies."""

    name: str
    dtype: int
    shape: list[int]
    file: int
    offset: int
    size: int


def read_tensorflow(prefix: str | os.PathLike) -> dict[str, np.ndarray]:
    """{name: array} of a checkpoint; prefix is its path without .index

    Arrays are mapped into memory, copy-on-write. Variables that are no
    numbers are left out. Axes of length 1 in front of a matrix, which
    OpenAI's convolutions have, are dropped.

    Raises
    ------
    FileNotFoundError
        Where one of the files is missing.
    ValueError
        Where one is damaged, or none of this format.
    """
    index = Path(f"{prefix}.index")
    if not index.is_file():
        raise FileNotFoundError(f"there is no file {index}")
    try:
        count, entries = read_index(index.read_bytes())
    except (ValueError, IndexError, TypeError) as problem:
        raise ValueError(f"{index} is damaged, or not the index of a "
                         f"TensorFlow checkpoint ({problem})") from None
    files = [mapped(Path(f"{prefix}.data-{number:05d}-of-{count:05d}"))
             for number in range(count)]
    arrays = {}
    for name, dtype, shape, file, offset, size in entries:
        if dtype not in DTYPES:
            continue
        numbers = files[file][offset:offset + size]
        if len(numbers) < size:
            raise ValueError(
                f"the data of {prefix} are truncated: {name} is {size} bytes "
                f"from {offset}, and {len(numbers)} of them are there")
        while len(shape) > 2 and shape[0] == 1:
            shape = shape[1:]
        array = numbers.view(DTYPES[dtype]).reshape(shape)
        arrays[name] = widened(array, dtype == BFLOAT16)
    return arrays


def read_index(data: bytes) -> tuple[int, list[Entry]]:
    """The number of data files, and what is in them"""
    count, entries = 1, []
    for key, value in read_table(data):
        content = fields(value)
        if key == b"":                          # about the whole checkpoint
            count = one(content, 1)
            if one(content, 2) != 0:
                raise ValueError("its numbers are big-endian")
            continue
        shape = [one(fields(dimension), 1)
                 for dimension in fields(one(content, 2, b"")).get(2, [])]
        entry = Entry(key.decode(), one(content, 1), shape,
                      *(one(content, number) for number in (3, 4, 5)))
        if entry.dtype in DTYPES:
            itemsize = np.dtype(DTYPES[entry.dtype]).itemsize
            if entry.size != math.prod(shape) * itemsize:
                raise ValueError(f"{entry.name} is {entry.size} bytes for "
                                 f"the shape {shape}")
        if entry.file >= count:
            raise ValueError(f"{entry.name} is in file {entry.file} of "
                             f"{count}")
        entries.append(entry)
    return count, entries


def mapped(path: Path) -> np.ndarray:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}, which belongs to "
                                "the .index beside it")
    if path.stat().st_size == 0:                # nothing that could be mapped
        return np.empty(0, np.uint8)
    return np.asarray(np.memmap(path, np.uint8, "c"))


def fields(message: bytes) -> dict[int, list]:
    """A protocol buffer: {number of the field: its values}"""
    content: dict[int, list] = {}
    value: int | bytes
    at = 0
    while at < len(message):
        tag, at = varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = varint(message, at)
        else:
            if kind not in (1, 2, 5):
                raise ValueError(f"a field of unknown kind {kind}")
            length, at = ({1: 8, 5: 4}[kind], at) if kind != 2 else (
                varint(message, at))
            value, at = message[at:at + length], at + length
        content.setdefault(number, []).append(value)
    return content


def one(content: dict[int, list], number: int, default=0):
    """The value of a field; protocol buffers leave out what is zero."""
    return content.get(number, [default])[-1]
