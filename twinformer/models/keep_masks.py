"""Keep-masks: which activations dropout leaves, drawn in NumPy from a seed, so
that the reference and the twin can leave out the same ones."""
import numpy as np

__all__ = ["KeepMasks"]


class KeepMasks:
    """A source of keep-masks: the same seed, the same masks, in call order.

    seed : int or sequence of int, as for numpy.random.default_rng
    """

    def __init__(self, seed):
        self.generator = np.random.default_rng(seed)

    def __call__(self, shape, rate):
        return self.generator.random(shape, np.float32) >= rate
