"""What a forward pass keeps for the backward pass: one line for every array."""
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["FLAG", "INDEX", "SINGLE", "Kept", "bytes_of"]

FLAG, SINGLE, INDEX = 1, 4, 8   # bytes of a boolean, a float32, an int64


class Kept(NamedTuple):
    """One array, or several of a kind."""

    name: str
    numbers: float
    width: int = SINGLE     # bytes of a number
    split: bool = False     # tensor parallel ranks have a slice each


def bytes_of(kept: Iterable[Kept], tensor_parallel: int = 1) -> float:
    """All of them together, on one rank."""
    return sum(array.numbers * array.width / (tensor_parallel if array.split else 1)
               for array in kept)
