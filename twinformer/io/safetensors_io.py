"""Weights in the safetensors format, mapped into memory instead of read.

    8 bytes   n, the length of the header
    n bytes   JSON: {name: {dtype, shape, data_offsets: [begin, end]}}
    the rest  the numbers of all tensors, little-endian

Nothing in such a file can run as code. Its library checks the header; the
numbers are mapped here, copy-on-write: a page of the file comes into memory
when it is first looked at, and is never changed by what happens to the array.
"""
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from .drafts import draft_of
from .files import give_usual_rights

__all__ = ["StoredTensor", "open_safetensors", "read_safetensors",
           "save_tensors", "write_safetensors", "widened"]

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2",
          "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1",
          "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "<u1", "BOOL": "?"}


def read_safetensors(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """{name: array}; float32 and wider are views of the file.

    Half precision is widened to float32, which holds every float16 and every
    bfloat16 exactly.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is truncated or none of this format.
    """
    return {name: np.asarray(tensor)
            for name, tensor in open_safetensors(path).items()}


def open_safetensors(path: str | os.PathLike) -> dict[str, "StoredTensor"]:
    """{name: tensor}, none of which is read before np.asarray(tensor).

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is truncated or none of this format.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        with safe_open(path, "numpy"):
            pass
    except SafetensorError as problem:
        raise ValueError(f"{path} is damaged, or no safetensors file "
                         f"({problem}); download it again") from None
    raw = np.memmap(path, np.uint8, "c")
    n = int(raw[:8].view("<u8")[0])
    header = json.loads(raw[8:8 + n].tobytes())
    header.pop("__metadata__", None)
    tensors = {}
    for name, about in header.items():
        if about["dtype"] not in DTYPES:
            raise ValueError(f"{path}: {name} is {about['dtype']}; expected "
                             "F32, F16, BF16 or F64")
        tensors[name] = StoredTensor(
            path, raw, about["dtype"], tuple(about["shape"]),
            8 + n + about["data_offsets"][0])
    return tensors


class StoredTensor:
    """A tensor that is still in its file; np.asarray makes an array of it.

    Float32 and wider become a view of the file, mapped into memory. Half
    precision is read and widened a piece at a time, so that the memory it
    takes is that of the result. tensor[i, ...] reads row i alone, into memory
    of its own.

    Attributes
    ----------
    shape : tuple of int
    dtype : np.dtype
        Of the array; that of the file is `stored`.
    """

    PIECE = 1 << 22     # numbers that are widened at a time

    def __init__(self, path, raw, stored: str, shape: tuple[int, ...], begin):
        self.path, self.raw, self.stored = path, raw, stored
        self.shape, self.begin = shape, begin
        self.file_dtype = np.dtype(DTYPES[stored])
        half = stored in ("BF16", "F16")
        self.dtype = np.dtype(np.float32) if half else self.file_dtype

    def __array__(self, dtype=None, copy=None):
        if self.stored in ("BF16", "F16"):
            array = self.copy()
        else:
            end = self.begin + math.prod(self.shape) * self.file_dtype.itemsize
            numbers = np.asarray(self.raw)[self.begin:end]
            array = widened(numbers.view(self.file_dtype).reshape(self.shape))
        return array if dtype is None else array.astype(dtype, copy=False)

    def __getitem__(self, index):
        """index : a whole number first, and what of that row; else anything"""
        first, *rest = index if isinstance(index, tuple) else (index,)
        if not isinstance(first, int):
            return np.asarray(self)[index]
        count = math.prod(self.shape[1:])
        row = self.read(first * count, count).reshape(self.shape[1:])
        return row[tuple(rest)].copy() if rest else row    # of a view, all of it would stay

    def copy(self) -> np.ndarray:
        """All of it, in memory of its own"""
        return self.read(0, math.prod(self.shape)).reshape(self.shape)

    def read(self, start: int, count: int) -> np.ndarray:
        """`count` numbers, from the one at `start` on; read, not mapped"""
        if self.stored not in ("BF16", "F16"):
            return self.stored_numbers(start, count)
        result = np.empty(count, np.float32)
        for done in range(0, count, self.PIECE):
            piece = result[done:done + self.PIECE]
            piece[:] = widened(self.stored_numbers(start + done, len(piece)),
                               self.stored == "BF16")
        return result

    def stored_numbers(self, start, count):
        return np.fromfile(self.path, self.file_dtype, count,
                           offset=self.begin + start * self.file_dtype.itemsize)


def widened(array: np.ndarray, bfloat16: bool = False) -> np.ndarray:
    """Half precision as float32, the same values; else the array itself.

    A bfloat16, here the uint16 of its bits, is the upper half of a float32.
    """
    if bfloat16:
        wide = array.astype(np.uint32)
        wide <<= 16
        return wide.view(np.float32)
    if array.dtype == np.float16:
        return array.astype(np.float32)
    return array if array.flags.aligned else array.copy()


def write_safetensors(path: str | os.PathLike, arrays: dict[str, np.ndarray],
                      about: dict[str, str] | None = None) -> None:
    """Write a file that appears whole, under its name, or not at all.

    about : notes for its header
    """
    path = Path(path)
    with draft_of(path) as draft:
        # "pt" is what transformers asks for: laid out as by PyTorch
        save_tensors(draft, arrays, {"format": "pt"} | (about or {}))
        with open(draft, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(draft, path)


def save_tensors(path: Path, arrays: Mapping[str, np.ndarray],
                 about: dict[str, str] | None = None) -> None:
    """The library's writer, for arrays in any layout, and with the rights of
    any other new file: it would let nobody else read it.

    Raises
    ------
    OSError
        Where the file cannot be written, or the disk is full.
    """
    # order="C": the library writes the memory of an array as it lies
    arrays = {name: np.asarray(array, order="C")
              for name, array in arrays.items()}
    try:
        save_file(arrays, path, about)
    except SafetensorError as problem:
        raise OSError(f"{path} cannot be written: {problem}") from None
    give_usual_rights(path)
