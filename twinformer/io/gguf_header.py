"""What stands in front of the tensors of a GGUF file, the format of llama.cpp.

    "GGUF", uint32 version, uint64 number of tensors, uint64 number of fields
    fields    name, kind, value: {"general.architecture": "llama", ...}
    tensors   name, number of axes, axes (the last first), kind, where it begins
    filling   up to a multiple of general.alignment; from there on the numbers

The library gguf has a reader, which believes a file: a count that lies keeps it busy for ever, and
every word of a vocabulary becomes arrays of its own. Here every length is compared with what is
left of the file before anything is read.
"""
import struct
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Header", "TensorInfo", "read_header"]

MAGIC, VERSIONS = b"GGUF", (2, 3)
STRING, ARRAY, FLOAT32 = 8, 9, 6
# kind of a value: how it lies in the file
NUMBERS = {0: "<u1", 1: "<i1", 2: "<u2", 3: "<i2", 4: "<u4", 5: "<i4", FLOAT32: "<f4", 7: "?",
           10: "<u8", 11: "<i8", 12: "<f8"}
LENGTH = struct.Struct("<Q")
SMALLEST_FIELD, SMALLEST_TENSOR, MOST_AXES = 13, 24, 4     # bytes, bytes, axes


class TensorInfo(NamedTuple):
    """Where a tensor is, and what it is made of."""

    name: str
    shape: tuple[int, ...]      # the usual way round: the last axis is the nearest
    kind: int                   # a number of GGMLQuantizationType
    begin: int                  # bytes from the end of the header


class Header(NamedTuple):
    """All that a file says before its numbers."""

    fields: dict[str, Any]
    tensors: list[TensorInfo]
    end: int                    # where the numbers begin


def read_header(data: np.ndarray) -> Header:
    """The header of a whole file, bytes mapped into memory.

    Numbers are Python's, a text is a str; a list of texts is a list, one of numbers an array.

    Raises
    ------
    ValueError
        Where it is none, is cut off, or says what cannot be.
    """
    reader = Reader(data)
    if bytes(data[:4]) != MAGIC:
        raise ValueError(f"it begins with {bytes(data[:4])!r} and not with {MAGIC!r}")
    reader.at = 4
    version = reader.number("<u4")
    if version not in VERSIONS:
        other = " (its bytes are in the order of another machine)" if version & 0xFFFF == 0 else ""
        raise ValueError(f"it is of version {version}{other}; versions 2 and 3 are read")
    n_tensors, n_fields = reader.number("<u8"), reader.number("<u8")
    reader.check(n_fields * SMALLEST_FIELD + n_tensors * SMALLEST_TENSOR,
                 f"{n_fields} fields and {n_tensors} tensors")
    fields: dict[str, Any] = {}
    for _ in range(n_fields):
        name = reader.text()
        if name in fields:
            raise ValueError(f"it has the field {name!r:.80} twice")
        fields[name] = reader.value(reader.number("<u4"))
    tensors = [reader.tensor() for _ in range(n_tensors)]
    alignment = fields.get("general.alignment", 32)
    if type(alignment) is not int or alignment < 1 or alignment & (alignment - 1):
        raise ValueError(f"its general.alignment is {alignment!r:.80}, no power of two")
    return Header(fields, tensors, -(-reader.at // alignment) * alignment)


class Reader:
    """Reads one value after the other, and none beyond the end."""

    def __init__(self, data: np.ndarray):
        self.data, self.view, self.at = data, memoryview(data.data), 0

    def check(self, size: int, what: str) -> None:
        if size > (left := len(self.data) - self.at):
            raise ValueError(f"it is cut off: {what} from byte {self.at} on, where {left} bytes "
                             "are left")

    def taken(self, size: int, what: str) -> np.ndarray:
        self.check(size, what)
        found = self.data[self.at:self.at + size]
        self.at += size
        return found

    def number(self, dtype: str) -> Any:
        """A float of single precision is the shortest decimal that rounds to it: 1e-06."""
        size = np.dtype(dtype).itemsize
        value = np.frombuffer(self.taken(size, "a number"), dtype)[0]
        return float(str(value)) if dtype == "<f4" else value.item()

    def text(self) -> str:
        self.check(8, "a text's length")
        length, = LENGTH.unpack_from(self.view, self.at)     # fast: there are whole vocabularies
        self.at += 8
        found = bytes(self.taken(length, f"a text of {length} bytes"))
        try:
            return found.decode("utf-8")
        except UnicodeDecodeError:
            raise ValueError(f"a text in it is no UTF-8: {found[:40]!r}") from None

    def value(self, kind: int) -> Any:
        if kind == STRING:
            return self.text()
        if kind in NUMBERS:
            return self.number(NUMBERS[kind])
        if kind != ARRAY:
            raise ValueError(f"it has a value of the unknown kind {kind}")
        kind, count = self.number("<u4"), self.number("<u8")
        if kind == STRING:
            self.check(8 * count, f"a list of {count} texts")
            return [self.text() for _ in range(count)]
        if kind not in NUMBERS:
            raise ValueError(f"it has a list of values of the kind {kind}; numbers and texts are "
                             "read")
        size = count * np.dtype(NUMBERS[kind]).itemsize
        return np.frombuffer(self.taken(size, f"a list of {count} numbers"), NUMBERS[kind]).copy()

    def tensor(self) -> TensorInfo:
        name, n_axes = self.text(), self.number("<u4")
        if n_axes > MOST_AXES:
            raise ValueError(f"its tensor {name!r:.80} has {n_axes} axes; {MOST_AXES} is the most")
        shape = tuple(self.number("<u8") for _ in range(n_axes))[::-1]
        return TensorInfo(name, shape, self.number("<u4"), self.number("<u8"))
