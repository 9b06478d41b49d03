"""Each number of the small array, and where broadcasting puts it."""
import numpy as np


def case(source):
    large = tuple(source.size(3) for _ in range(source.whole(1, 3)))
    small = tuple(source.choice([n, 1]) for n in large)[source.whole(0, len(large) - 1):]
    return {"dy": source.numbers(large), "shape": small}


def truth(dy, shape):
    places = np.broadcast_to(np.arange(int(np.prod(shape))).reshape(shape), dy.shape)
    return np.bincount(places.ravel(), dy.ravel(), minlength=int(np.prod(shape))).reshape(shape)
