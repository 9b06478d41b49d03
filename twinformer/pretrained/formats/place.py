"""Where a parameter of ours lies in the files of others.

A tensor of a file may be a parameter, a parameter turned, or several of them together, such as
all experts of a layer. One description serves both ways: to read is to look at a part of the
tensor, to write is to fill it.
"""
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Arrays", "Place", "Places", "Shapes", "shape_there", "taken", "tensor_of"]

Shapes = dict[str, tuple[int, ...]]
Arrays = Mapping[str, Any]      # {name: array, or what np.asarray makes one of}


class Place(NamedTuple):
    """Where a parameter lies.

    Attributes
    ----------
    tensor
        What the file calls it.
    part
        The index of what it is of the tensor; () = all of it.
    turned
        Whether it lies there as (inputs, outputs), the transpose of ours.
    whole
        The shape of the tensor, where the parameter is a part of it.
    """

    tensor: str
    part: tuple[Any, ...] = ()
    turned: bool = False
    whole: tuple[int, ...] | None = None


Places = dict[str, Place]       # {our name: where it lies}


def shape_there(place: Place, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of the tensor in the file, for a parameter of this shape."""
    return place.whole or (shape[::-1] if place.turned else shape)


def taken(place: Place, tensor: Any, mapped: bool = True) -> np.ndarray:
    """The parameter out of its tensor: a view where that can be

    mapped : whether it may be a view of the file, mapped into memory
    """
    if not place.part:
        array = np.asarray(tensor) if mapped else tensor.copy()
        return array.T if place.turned else array
    array = tensor[place.part]
    return np.ascontiguousarray(array.T if place.turned else array)


def tensor_of(parts: Iterable[tuple[Place, np.ndarray]]) -> np.ndarray:
    """The tensor that these parameters make up: a view where it is one of them."""
    parts = list(parts)
    place, array = parts[0]
    if not place.part:
        return array.T if place.turned else array
    tensor = np.empty(place.whole or array.shape, array.dtype)
    for place, array in parts:
        tensor[place.part] = array.T if place.turned else array
    return tensor
