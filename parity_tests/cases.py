"""One experiment on a component, and where its sizes and numbers come from.

The tests draw cases by Hypothesis (strategies.py), `twinformer parity` from a
seed, as here: the same seed, the same case, on every machine.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from twinformer.models.context import Context
from twinformer.models.keep_masks import KeepMasks

if TYPE_CHECKING:
    from .components import Component

__all__ = ["MOODS", "Case", "Seeded", "is_float", "seeded_case"]

EMPTY = 1 / 12  # how often a leading axis has no entry at all


@dataclass(frozen=True)
class Case:
    """One experiment: numbers for everything that enters a component.

    Attributes
    ----------
    component
        What it is a case for.
    arguments
        Of the constructor, where the component is a class.
    parameters
        {name: float64 array}, empty for a function.
    inputs
        {name: array}, in the order of the call. Floating-point ones get a
        gradient; ids, masks and sizes do not.
    dy
        The cotangent: the gradient that arrives from above.
    keep
        Seed of the dropout masks; None = no dropout.
    rate
        Dropout rate, for functions that take it as an argument.
    mask
        Who may attend to whom, where that is an option; None = causal.
    read
        The positions that are wanted, where that is an option; None = all.
    positions
        Where the tokens stand, where that is an option; None = from 0 on.
    documents
        To which document each token belongs, where that is an option.
    segments
        Which text each token is of, where that is an option; None = 0.
    strided
        Whether inputs and dy come with gaps between their numbers in memory.
    """

    component: Component
    arguments: tuple = ()
    parameters: dict[str, np.ndarray] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    dy: np.ndarray | None = None
    keep: int | None = None
    rate: float | None = None
    mask: np.ndarray | None = None
    read: np.ndarray | None = None
    positions: np.ndarray | slice | None = None
    documents: np.ndarray | None = None
    segments: np.ndarray | None = None
    strided: bool = False

    def floats(self) -> list[str]:
        """Names of the inputs that get a gradient."""
        return [name for name, a in self.inputs.items() if is_float(a)]

    def positional(self, inputs) -> list:
        """Of these inputs those that the call takes in their order."""
        return [a for name, a in inputs.items()
                if name not in self.component.by_name]

    def named(self, inputs) -> dict[str, Any]:
        """Of these inputs those that the call takes by their names."""
        return {name: a for name, a in inputs.items()
                if name in self.component.by_name and a is not None}

    def has_gradients(self) -> bool:
        return bool(self.floats() or self.parameters)

    def largest(self) -> float:
        """The largest number that goes in."""
        arrays = [self.dy, *self.inputs.values(), *self.parameters.values()]
        return max((float(np.abs(a).max()) for a in arrays
                    if is_float(a) and a.size), default=0.0)

    def laid_out(self) -> Case:
        """The same case as its arrays are to lie in memory."""
        if not self.strided:
            return self
        return replace(self, dy=spread(self.dy), inputs={
            name: spread(a) if is_float(a) else a
            for name, a in self.inputs.items()})

    def cast(self, dtype) -> Case:
        """The same case with every floating-point number rounded to dtype."""
        def to(a):
            return a.astype(dtype) if is_float(a) else a
        return replace(
            self, dy=to(self.dy),
            parameters={n: to(a) for n, a in self.parameters.items()},
            inputs={n: to(a) for n, a in self.inputs.items()})

    def causal(self) -> Case:
        """The same case with no mask of its own, and every position read."""
        first = next(iter(self.inputs.values()))
        shape = (*first.shape[:2], self.dy.shape[-1])
        return replace(self, mask=None, read=None, documents=None,
                       dy=np.resize(self.dy, shape))

    def options(self, tensor: Callable = lambda a: a) -> dict[str, Any]:
        """Keyword arguments of the call: fresh keep-masks and what else was
        chosen, each for itself or, for a layer, in a context."""
        keep = None if self.keep is None else KeepMasks(self.keep)
        chosen = {"keep": keep, "rate": self.rate, "mask": tensor(self.mask),
                  "read": tensor(self.read),
                  "positions": tensor(self.positions),
                  "documents": tensor(self.documents),
                  "segments": tensor(self.segments)}
        chosen = {name: option for name, option in chosen.items()
                  if option is not None}
        if chosen and self.component.is_class() and not self.component.model:
            return {"context": Context(**chosen)}
        return chosen

    def __repr__(self):
        """Shapes and small arrays, so that a failure can be read."""
        def show(a):
            if isinstance(a, np.ndarray) and a.size > 12:
                return f"{a.dtype}{a.shape}"
            return repr(a)
        parts = [f"arguments={self.arguments}"]
        for name in ("inputs", "parameters"):
            parts += [f"{n}={show(a)}" for n, a in getattr(self, name).items()]
        parts += [f"dy={show(self.dy)}", f"keep={self.keep}"]
        return f"Case({self.component.name}: {', '.join(parts)})"


def is_float(a) -> bool:
    return isinstance(a, np.ndarray) and a.dtype.kind in "fc"


def spread(a):
    """The same numbers, not side by side in memory."""
    wide = np.full((*a.shape, 2), np.nan, a.dtype)
    wide[..., 0] = a
    return wide[..., 0]


# -- from a seed --------------------------------------------------------------

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
