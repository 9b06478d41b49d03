"""Keep-masks: which activations dropout leaves, drawn in NumPy from a seed, so
that the reference and the twin can leave out the same ones."""
import itertools
import threading

import numpy as np

__all__ = ["KeepMasks", "masks_of_parts"]


class KeepMasks:
    """A source of keep-masks: the same seed, the same masks, in call order.

    seed : int or sequence of int, as for numpy.random.default_rng
    """

    def __init__(self, seed):
        self.generator = np.random.default_rng(seed)

    def __call__(self, shape, rate):
        return self.generator.random(shape, np.float32) >= rate


def masks_of_parts(keep, sizes):
    """A source for each part of a batch: of the masks that the whole batch
    would be given, the part's own rows.

    keep : KeepMasks, or None: then None for each
    sizes : rows of each part; every mask has them along its first axis

    All parts ask for the same masks in the same order, each at its own pace,
    from threads of their own. Who comes first draws for all.
    """
    if keep is None:
        return [None] * len(sizes)
    drawn, lock = [], threading.Lock()

    def source(start, size):
        number = itertools.count()

        def rows(shape, rate):
            index = next(number)
            with lock:
                if index == len(drawn):
                    drawn.append(keep((sum(sizes), *shape[1:]), rate))
            return drawn[index][start:start + size]
        return rows

    starts = itertools.accumulate(sizes, initial=0)
    return [source(*place) for place in zip(starts, sizes, strict=False)]
