"""Arrays of any shapes, some together longer than max_norm, some shorter."""
from numpy_impl import clip_global_norm


def case(source):
    shapes = [tuple(source.size(3) for _ in range(source.whole(1, 2)))
              for _ in range(source.size(3))]
    return {"gradients": [source.numbers(shape) for shape in shapes],
            "max_norm": source.choice([0.5, 1.0, 3.0, 10.0])}


def truth(gradients, max_norm):
    return clip_global_norm(gradients, max_norm)
