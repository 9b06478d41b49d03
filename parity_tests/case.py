"""One experiment on a component: numbers for everything that enters it."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from twinformer.models.context import Context
from twinformer.models.keep_masks import KeepMasks

if TYPE_CHECKING:
    from .component_base import Component

__all__ = ["Case", "is_float", "spread"]


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
