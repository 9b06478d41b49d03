"""Wide, tall and square matrices."""
from numpy_impl import newton_schulz


def case(source):
    return {"x": source.numbers((source.size(4), source.size(4))),
            "steps": source.whole(1, 5)}


def truth(x, steps):
    return newton_schulz(x, steps)
