"""Hypothesis strategies: the numbers that components are tried on."""
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from .case import spread
from .component_base import Component
from .components import component

__all__ = ["Drawn", "broken", "cases", "generic", "hostile",
           "moderate", "seeds", "values"]

seeds = st.integers(0, 2**32 - 1)

# Signed zeros, subnormals, ties (few distinct values) and huge numbers. As wide
# as float64 allows while a product of a handful of them can be represented;
# @examples pin overflow itself.
SPECIAL = [0.0, -0.0, 5e-324, -5e-324, 1.0, 1.0, -1.0]


def generic(shape):
    """Gaussian data in general position, at a random scale and offset."""
    def build(seed, power, offset):
        return np.random.default_rng(seed).normal(offset, 10.0**power, shape)
    return st.builds(build, seeds, st.integers(-3, 2),
                     st.sampled_from([0.0, 0.0, 1.0, -10.0]))


def moderate(shape):
    """Gaussian data as inside a model, for precisions that have few digits."""
    def build(seed, scale):
        return np.random.default_rng(seed).normal(0, scale, shape)
    return st.builds(build, seeds, st.sampled_from([1.0, 0.1]))


def hostile(shape, huge=1e30):
    """Special values and ordinary ones mixed, element by element."""
    special = [*SPECIAL, huge, -huge]
    if np.prod(shape) <= 32:  # each element a choice of its own: shrinks well
        ordinary = st.floats(-1e3, 1e3, width=16)
        return hnp.arrays(float, shape,
                          elements=st.sampled_from(special) | ordinary)

    def build(seed):
        generator = np.random.default_rng(seed)
        chosen = generator.choice(special, shape)
        ordinary = generator.uniform(-1e3, 1e3, shape)
        return np.where(generator.random(shape) < 0.5, chosen, ordinary)
    return st.builds(build, seeds)


def strided(arrays):
    """The same numbers, not side by side in memory."""
    return arrays.map(spread)


def values(shape, huge=1e30):
    return generic(shape) | hostile(shape, huge) | strided(generic(shape))


def broken(shape):
    """A few NaNs and infinities among ordinary numbers."""
    def build(seed, share):
        generator = np.random.default_rng(seed)
        special = generator.choice([np.nan, np.inf, -np.inf], shape)
        ordinary = generator.standard_normal(shape)
        return np.where(generator.random(shape) < share, special, ordinary)
    return st.builds(build, seeds, st.sampled_from([0.1, 0.5]))


class Drawn:
    """Where a component takes its sizes and numbers from: Hypothesis.

    numbers : function from a shape to a strategy
        `values`, or `generic` alone, where hostile ones say nothing.
    """

    def __init__(self, draw, numbers=values, huge=1e30):
        self.draw = draw
        self.strategy = numbers
        self.huge = huge

    def size(self, most, least=1):
        return self.draw(st.integers(least, most))

    axis = size  # that an axis may be empty is tried from seeds

    def choice(self, options):
        return self.draw(st.sampled_from(options))

    def numbers(self, shape):
        options = [self.huge] if self.strategy is values else []
        return self.draw(self.strategy(shape, *options))

    def parameter(self, shape):
        soft = self.strategy is moderate
        return self.draw(moderate(shape) if soft else generic(shape))

    def ids(self, shape, below):
        def build(seed):
            return np.random.default_rng(seed).integers(below, size=shape)
        same = st.builds(lambda i: np.full(shape, i),
                         st.integers(0, below - 1))  # one id everywhere
        return self.draw(st.builds(build, seeds) | same)

    def mask(self, shape):
        """Random, all, nothing, causal; rows without any True happen."""
        def build(seed, share):
            return np.random.default_rng(seed).random(shape) < share
        random = st.builds(build, seeds, st.sampled_from([0.0, 0.3, 0.7, 1.0]))
        causal = np.tri(*shape, shape[-1] - shape[-2], dtype=bool) \
            if len(shape) == 2 else np.ones(shape, bool)
        return self.draw(random | st.just(causal))

    def seed(self):
        return self.draw(seeds)


@st.composite
def cases(draw, name: str | Component, numbers=values):
    """Cases for a component, by name."""
    part = component(name) if isinstance(name, str) else name
    return part.case(Drawn(draw, numbers, part.huge))
