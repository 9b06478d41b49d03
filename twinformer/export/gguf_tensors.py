"""The tensors of a GGUF file, made of a model's parameters."""
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..pretrained.formats.gguf.format import GGUFFormat
from ..pretrained.formats.place import Place, tensor_of

__all__ = ["gguf_tensors"]


def gguf_tensors(format: GGUFFormat, config: Any, parameters: dict[str, np.ndarray],
                 ) -> Iterator[tuple[str, np.ndarray]]:
    """(name, float32 array) of everything in the file, one after the other."""
    parameters = format.completed(config, parameters)
    tensors: dict[str, list[tuple[Place, str]]] = {}
    for name, place in format.places(config).items():
        tensors.setdefault(place.tensor, []).append((place, name))
    for tensor, parts in tensors.items():
        array = tensor_of((place, np.asarray(parameters[name], np.float32))
                          for place, name in parts)
        yield tensor, format.stored(tensor, array)
    for tensor, array in format.more(config, parameters).items():
        yield tensor, np.asarray(array, np.float32)
