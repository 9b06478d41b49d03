"""Cases from a seed: the same seed, the same sizes and numbers, on every machine.

The tests draw theirs by Hypothesis (strategies.py), `twinformer parity` from
here.
"""
from dataclasses import replace

import numpy as np

from .case import Case
from .component_base import Component

__all__ = ["LARGE", "MOODS", "Seeded", "seeded_case"]

EMPTY = 1 / 12  # how often a leading axis has no entry at all

# What the numbers of a case are like, in turn: every few cases try them all
MOODS = ("ordinary", "large", "equal", "strided", "huge", "ties", "tiny",
         "scaled")
LARGE = 1e4  # products of a handful can be represented in float32, exp cannot


class Seeded:
    """Sizes and numbers from a seed.

    seed : int or sequence of int
    largest : int
        Sizes are drawn from 1 to this (times what a component asks for).
    mood : str
        One of MOODS: "ordinary" and "strided" are in general position.
    huge : float
        The largest of huge numbers.
    empty : float
        How often a leading axis is empty.
    """

    def __init__(self, seed, largest: int = 1, mood: str = "ordinary",
                 huge: float = 1e30, empty: float = 0.0):
        self.generator = np.random.default_rng(seed)
        self.largest, self.mood, self.huge = largest, mood, huge
        self.empty = empty

    def size(self, most: int, least: int = 1) -> int:
        return int(self.generator.integers(least, most * self.largest + 1))

    def axis(self, most: int) -> int:
        """The size of a leading axis, which may be 0."""
        empty = self.empty and self.generator.random() < self.empty
        return 0 if empty else self.size(most)

    def choice(self, options):
        return options[int(self.generator.integers(len(options)))]

    def numbers(self, shape) -> np.ndarray:
        x = np.asarray(self.generator.standard_normal(shape))
        if self.mood == "scaled":
            offset, power = self.choice([0.0, 1.0, -10.0]), self.size(2, -3)
            return np.asarray(offset + x * 10.0 ** power)
        if self.mood == "equal":
            return np.full(shape, self.choice([0.0, 1.0, -3.0, 0.1]))
        if self.mood == "ties":
            return np.asarray(np.round(x))
        special = {
            "large": [100.0, 1e3, -1e3, LARGE, -LARGE],
            "huge": [self.huge, -self.huge, 1e10, -1e10],
            "tiny": [0.0, -0.0, 1e-20, -1e-20, 1e-40, 5e-324]}.get(self.mood)
        if special is None:
            return x
        special = np.clip(special, -self.huge, self.huge)
        chosen = self.generator.choice(special, shape)
        return np.where(self.generator.random(shape) < 0.5, chosen, x)

    def parameter(self, shape) -> np.ndarray:
        return self.generator.standard_normal(shape) / max(shape[-1], 1) ** 0.5

    def ids(self, shape, below: int) -> np.ndarray:
        return self.generator.integers(below, size=shape)

    def mask(self, shape) -> np.ndarray:
        return self.generator.random(shape) < 0.7

    def seed(self) -> int:
        return int(self.generator.integers(2**31))


def seeded_case(component: Component, seed: int, number: int) -> Case:
    """Case `number` of a seed: each mood in its turn, now and then with an
    empty axis. Its numbers are those of float32, that both precisions may
    compute the same."""
    mood = MOODS[number % len(MOODS)]
    source = Seeded([seed, number], mood=mood, huge=component.huge,
                    empty=EMPTY if number >= len(MOODS) else 0.0)
    case = component.case(source).cast(np.float32).cast(np.float64)
    return replace(case, strided=mood == "strided")
