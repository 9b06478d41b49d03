"""One thing that was printed about a model, and whether it came out again."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Figure", "Unavailable", "differs"]


class Unavailable(Exception):
    """Data that a figure needs are not on this machine; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing that was printed about a model.

    Attributes
    ----------
    what, source
        For people.
    expected
        A text, a number or a list of numbers.
    measure
        Subject -> the same thing, as it is here; raises Unavailable.
    tolerance
        How far a number may be off: as far as the source says, or as the
        digits it prints.
    """

    what: str
    source: str
    expected: Any
    measure: Callable[[Any], Any]
    tolerance: float = 0.0


def differs(figure: Figure, got) -> bool:
    """Whether what was measured is not what was expected."""
    if isinstance(figure.expected, str):
        return got != figure.expected
    expected, got = np.asarray(figure.expected), np.asarray(got)
    return expected.shape != got.shape or not (abs(got - expected) <= figure.tolerance).all()
