"""OpenAI's own GPT-2 files: a TensorFlow checkpoint, read without TensorFlow.

    model.ckpt.index                 where each tensor lies: a small database
    model.ckpt.data-00000-of-00001   the numbers, one tensor after the other

The index is a sorted table of the LevelDB kind. It ends in a footer that
says where its index block lies, whose values say where the data blocks lie,
whose values, under the names of the tensors, are protocol buffers:

    1 dtype    2 shape { 2 dimension { 1 size } }    3 shard
    4 offset   5 size

Described in tensorflow/core/lib/io/table_format.txt and
tensorflow/core/protobuf/tensor_bundle.proto of TensorFlow's source.
"""
import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .safetensors_io import widened

__all__ = ["read_tensorflow"]

MAGIC = 0xDB4775248B80FB57
FOOTER = 48
DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8", 14: "<u2", 19: "<f2"}
BFLOAT16 = 14


def read_tensorflow(prefix: str | os.PathLike) -> dict[str, np.ndarray]:
    """{name: array} of a checkpoint; prefix is its path without .index

    Arrays are mapped into memory, copy-on-write. TensorFlow's variables that
    are no arrays of numbers are left out. Axes of length 1 in front, which
    its convolutions have, are dropped.

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
        entries = {key.decode(): fields(value)
                   for key, value in table(index.read_bytes())}
    except (IndexError, UnicodeDecodeError, ValueError) as problem:
        raise ValueError(f"{index} is damaged, or not the index of a "
                         f"TensorFlow checkpoint ({problem})") from None
    shards = one(entries.pop("", {}), 1, 1)
    if any(one(entry, 3) >= shards for entry in entries.values()):
        raise ValueError(f"{index} is damaged: it names more than the "
                         f"{shards} data files it has")
    maps = [mapped(Path(f"{prefix}.data-{shard:05d}-of-{shards:05d}"))
            for shard in range(shards)]
    arrays = {}
    for name, entry in entries.items():
        dtype = one(entry, 1)
        if dtype not in DTYPES:
            continue
        begin, size = one(entry, 4), one(entry, 5)
        numbers = maps[one(entry, 3)][begin:begin + size]
        shape = [one(fields(dimension), 1)
                 for dimension in fields(one(entry, 2, b"")).get(2, [])]
        wanted = math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize
        if not len(numbers) == size == wanted:
            raise ValueError(
                f"the data of {prefix} are truncated: {name} is {wanted} "
                f"bytes from {begin}, and {len(numbers)} of them are there")
        while len(shape) > 2 and shape[0] == 1:
            shape = shape[1:]
        array = numbers.view(DTYPES[dtype]).reshape(shape)
        arrays[name] = widened(array, dtype == BFLOAT16)
    return arrays


def mapped(path: Path) -> np.ndarray:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}, which belongs to "
                                "the .index beside it")
    if path.stat().st_size == 0:                # nothing that could be mapped
        return np.empty(0, np.uint8)
    return np.asarray(np.memmap(path, np.uint8, "c"))


def table(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values of a whole table, in order."""
    footer = data[-FOOTER:]
    if int.from_bytes(footer[-8:], "little") != MAGIC:
        raise ValueError("its last eight bytes are not a table's")
    _, at = handle(footer, 0)                   # of blocks about blocks
    where, _ = handle(footer, at)
    for _, value in block(data, where):
        yield from block(data, handle(value, 0)[0])


def handle(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    """(offset, size) of a block, and where the bytes after it begin"""
    offset, at = varint(data, at)
    size, at = varint(data, at)
    return (offset, size), at


def block(data: bytes, where: tuple[int, int]
          ) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values of one block.

    Each key is kept as the number of letters it shares with the key before,
    and the rest. At the end stand the places where the sharing starts anew,
    for searching, and how many they are.
    """
    offset, size = where
    if data[offset + size] != 0:
        raise ValueError("its blocks are compressed, which TensorFlow's "
                         "checkpoints never are")
    content = data[offset:offset + size]
    restarts = int.from_bytes(content[-4:], "little")
    end = size - 4 - 4 * restarts
    at, key = 0, b""
    while at < end:
        shared, at = varint(content, at)
        rest, at = varint(content, at)
        length, at = varint(content, at)
        key = key[:shared] + content[at:at + rest]
        at += rest
        yield key, content[at:at + length]
        at += length


def varint(data: bytes, at: int) -> tuple[int, int]:
    """An integer in groups of seven bits, lowest first, and what is next"""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(message: bytes) -> dict[int, list]:
    """A protocol buffer: {number of the field: its values}"""
    at, content = 0, {}
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
