"""Files that the library writes, and what it reads from them."""
import numpy as np
from safetensors.numpy import load, save


def case(source):
    arrays = {}
    for name in "abc"[:source.size(3)]:
        shape = tuple(source.size(3) for _ in range(source.whole(0, 2)))
        arrays[name] = (np.asarray(source.numbers(shape), np.float32)
                        if source.choice([True, False]) else np.asarray(source.ids(shape, 9)))
    metadata = source.choice([None, {"format": "np"}])
    return {"data": save({name: np.ascontiguousarray(a).reshape(a.shape)
                          for name, a in arrays.items()}, metadata)}


def truth(data):
    return load(data)
