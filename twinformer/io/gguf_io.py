"""Weights in a GGUF file, mapped into memory and widened a tensor at a time.

Nothing in such a file can run as code. What quantised blocks mean is known to the library gguf.
"""
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .extras import library
from .gguf_header import MAGIC, TensorInfo, read_header
from .safetensors_io import StoredTensor, widened

__all__ = ["GGUF_KINDS", "GGUFFile", "GGUFTensor", "is_gguf", "open_gguf"]

# Fields that are one value: of a list, a comparison would say something of numpy's
SINGLE = ("_token_id", "ggml.model", "ggml.pre", ".add_bos_token", ".normalization",
          "split.count", "tokenizer.chat_template")
GGUF_KINDS = ("F32", "F16", "BF16", "Q8_0", "MXFP4")       # that are read


@dataclass(frozen=True)
class GGUFFile:
    """A file that is open: its fields, and {name: tensor}, none of which is read yet."""

    path: Path
    fields: Mapping[str, Any]
    tensors: Mapping[str, "GGUFTensor"]

    def check_kinds(self) -> None:
        """ValueError where tensors are quantised in a way that is not read here."""
        other: dict[str, list[str]] = {}
        for name, tensor in self.tensors.items():
            if tensor.stored not in GGUF_KINDS:
                other.setdefault(tensor.stored, []).append(name)
        if other:
            found = ", ".join(f"{len(names)} of {kind} ({names[0]})"
                              for kind, names in other.items())
            raise ValueError(
                f"{self.path} has tensors of a kind that is not read here: {found}; expected "
                f"{', '.join(GGUF_KINDS)}: take the file of the same model with F16, BF16 or "
                "Q8_0 in its name")


def is_gguf(path: Path) -> bool:
    """Whether a file is one, by its name or its beginning: Ollama's have names without endings."""
    if path.suffix.lower() == ".gguf":
        return True
    if path.suffix or not path.is_file():
        return False
    with open(path, "rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def open_gguf(path: str | os.PathLike) -> GGUFFile:
    """A file's fields and tensors; no tensor is read before np.asarray(tensor).

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is truncated, damaged, one of several, or none of this format; where the
        library gguf is not installed.
    """
    gguf = library("gguf", "gguf", "to read a GGUF file")
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    data = (np.memmap(path, np.uint8, "c") if path.stat().st_size   # nothing cannot be mapped
            else np.empty(0, np.uint8))
    try:
        header = read_header(data)
        for name, value in header.fields.items():
            if name.endswith(SINGLE) and isinstance(value, list | np.ndarray):
                raise ValueError(f"its {name} is a list; expected one value")
        tensors: dict[str, GGUFTensor] = {}
        for info in header.tensors:
            if info.name in tensors:
                raise ValueError(f"it has the tensor {info.name!r:.80} twice")
            tensors[info.name] = GGUFTensor(path, data, info, header.end, gguf)
    except ValueError as problem:
        raise ValueError(f"{path} is damaged, or no GGUF file ({problem}); download it "
                         "again") from None
    if (count := header.fields.get("split.count", 1)) not in (0, 1):
        raise ValueError(f"{path} is one of {count} files, which are not put together here: "
                         "llama-gguf-split --merge of llama.cpp makes one of them")
    return GGUFFile(path, header.fields, tensors)


class GGUFTensor(StoredTensor):
    """A tensor that is still in its file: float32, whatever it is stored as.

    Float32 becomes a view of the file; all else is widened a piece at a time, so that the memory
    it takes is that of the result.

    Attributes
    ----------
    stored : str
        What it is in the file: F32, F16, Q8_0, ...

    Raises
    ------
    ValueError
        Where its numbers are not all in the file.
    """

    def __init__(self, path: Path, raw: np.ndarray, info: TensorInfo, end: int, gguf: Any):
        try:
            self.kind = gguf.GGMLQuantizationType(info.kind)
        except ValueError:
            raise ValueError(f"its tensor {info.name!r:.80} is of the unknown kind {info.kind}"
                             ) from None
        self.path, self.raw, self.shape = path, raw, info.shape
        self.stored, self.begin = self.kind.name, end + info.begin
        self.dtype, self.file_dtype = np.dtype(np.float32), np.dtype("<f4")
        self.block, self.block_bytes = gguf.GGML_QUANT_SIZES[self.kind]
        self.dequantize = gguf.quants.dequantize
        if info.shape and info.shape[-1] % self.block:
            raise ValueError(f"its tensor {info.name!r:.80} has rows of {info.shape[-1]} numbers, "
                             f"no multiple of the {self.block} in a block of {self.stored}")
        self.n_bytes = math.prod(info.shape) // self.block * self.block_bytes
        if self.begin + self.n_bytes > len(raw):
            raise ValueError(f"it is cut off: its tensor {info.name!r:.80} of {self.n_bytes} "
                             f"bytes begins at byte {self.begin}, and the file has {len(raw)}")

    def __array__(self, dtype=None, copy=None):
        if self.stored == "F32":
            numbers = self.stored_bytes(0, self.n_bytes).view(self.file_dtype)
            array = widened(numbers.reshape(self.shape))
        else:
            array = self.copy()
        return array if dtype is None else array.astype(dtype, copy=False)

    def stored_bytes(self, start: int, count: int) -> np.ndarray:
        """`count` bytes from `start` on, or what there is of them; a view of the file"""
        return np.asarray(self.raw)[self.begin + start:
                                    self.begin + min(start + count, self.n_bytes)]

    def read(self, start: int, count: int) -> np.ndarray:
        """`count` numbers from `start` on, whole blocks; read, not mapped"""
        result = np.empty(count, np.float32)
        for done in range(0, count, self.PIECE):       # whole blocks again
            piece = result[done:done + self.PIECE]
            blocks = np.fromfile(
                self.path, np.uint8, len(piece) // self.block * self.block_bytes,
                offset=self.begin + (start + done) // self.block * self.block_bytes)
            piece[:] = self.dequantize(blocks[None], self.kind)[0]  # one row: rows are a loop
        return result
