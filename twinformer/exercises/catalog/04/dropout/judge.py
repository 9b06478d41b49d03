"""The reference's layer, with these masks."""
from numpy_impl import Dropout
from twinformer.models.context import Context


def case(source):
    shape = tuple(source.size(4) for _ in range(source.whole(1, 2)))
    return {"x": source.numbers(shape), "kept": source.mask(shape),
            "rate": source.choice([0.1, 0.3, 0.75]), "dy": source.numbers(shape)}


def truth(x, kept, rate, dy):
    layer = Dropout(rate)
    y, cache = layer.forward(x, Context(keep=lambda shape, rate: kept))
    return y, layer.backward(dy, cache)
