"""The smallest case that still fails: cases of growing size and plain numbers are
tried until one does.
"""
import time
from collections.abc import Callable

import numpy as np

from ..case import Case
from ..cases import Seeded

__all__ = ["smallest"]

CAPS = (1, 2, 3, 4)  # no axis is longer, in turn
TRIES = 60           # of each size
PLAIN = [1.0, -1.0, 2.0, 0.5, -2.0, 3.0, 0.0]


class Plain(Seeded):
    """Small sizes, and numbers that can be read."""

    def __init__(self, seed, cap: int, large: bool):
        super().__init__(seed)
        self.cap, self.large = cap, large

    def size(self, most: int, least: int = 1) -> int:
        return int(self.generator.integers(least, max(least, min(most, self.cap)) + 1))

    def numbers(self, shape) -> np.ndarray:
        x = self.generator.choice(PLAIN, shape)
        if self.large:
            x = np.where(self.generator.random(shape) < 0.3, 1000 * x, x)
        return np.asarray(x)

    def parameter(self, shape) -> np.ndarray:
        return np.asarray(self.generator.choice(PLAIN, shape))


def smallest(case: Case, fails: Callable[[Case], bool], seconds: float) -> Case:
    """A case that fails too, in as few and as plain numbers as were found.

    Returns the case itself where none is found in so many seconds.
    """
    stop = time.perf_counter() + seconds
    for cap in CAPS:
        failing = []
        for number in range(TRIES):
            if time.perf_counter() > stop:
                break
            plain = case.component.case(Plain([cap, number], cap, large=number % 4 == 3))
            if length_of(plain) < min([length_of(case), *map(length_of, failing)]) \
                    and fails(plain):
                failing.append(plain)
        if failing:
            return min(failing, key=length_of)
    return case


def length_of(case: Case) -> tuple[int, float]:
    """What makes a case long to read: how many numbers, how large."""
    arrays = [case.dy, *case.inputs.values(), *case.parameters.values(),
              case.mask, case.read, case.positions]
    arrays = [a for a in arrays if isinstance(a, np.ndarray)]
    options = (case.keep is not None) + case.strided
    return (sum(a.size for a in arrays) + 8 * options,
            sum(float(np.abs(a).sum()) for a in arrays))
