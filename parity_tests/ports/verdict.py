"""Hold one result against the truth: which arrays are off, where, by how much.
"""
from typing import Any, NamedTuple

import numpy as np

from ..agreement import as_array, shares

__all__ = ["Failure", "judged", "worst_share"]


class Failure(NamedTuple):
    """One array that rounding cannot explain."""
    name: str                  # "dx", "blocks.0.norm1.dweight"
    problem: str               # "numbers", "shape" or "missing"
    expected_shape: tuple
    shape: tuple | None        # what came; None: nothing
    index: tuple | None        # of the worst number
    expected: float | None
    got: float | None
    times: float | None        # |got - expected| / bound; None: not a number
    count: int                 # how many numbers are beyond their bound
    size: int                  # of how many

    def __str__(self):
        if self.problem == "missing":
            return (f"{self.name}: nothing came, expected an array of shape "
                    f"{self.expected_shape}")
        if self.problem == "shape":
            return (f"{self.name}: shape {self.shape}, expected "
                    f"{self.expected_shape}")
        assert self.index is not None
        place = "".join(f"[{', '.join(map(str, self.index))}]") if self.index else ""
        off = ("" if self.times is None else
               f", off by {spoken(self.times)} times what rounding explains")
        return (f"{self.name}{place}: expected {self.expected!r}, got "
                f"{self.got!r}{off}; {self.count} of {self.size} numbers are "
                f"wrong, shape {self.shape}")

    def as_dict(self) -> dict[str, Any]:
        """For JSON, which has no NaN: numbers that are not finite are words."""
        def word(x):
            return x if x is None or np.isfinite(x) else repr(x)
        return self._asdict() | {"expected": word(self.expected),
                                 "got": word(self.got), "times": self.times}


def judged(result: dict[str, Any], truth, bounds, other=None,
           expected_names=None) -> list[Failure]:
    """The arrays that are off, in the order of the truth.

    truth, bounds : {name: float64 array}
    other
        A second program's result: what is finite in neither is not asked of a
        gradient. y is compared everywhere: NaN and infinities in their places.
    expected_names
        What has to be there; all of the truth's if None.
    """
    found = []
    for name, expected in truth.items():
        if name not in result:
            if expected_names is None or name in expected_names:
                found.append(missing(name, expected))
            continue
        got, expected = as_array(result[name]), as_array(expected)
        if got.shape != expected.shape:
            found.append(missing(name, expected)._replace(
                problem="shape", shape=got.shape))
            continue
        share = share_of(name, got, expected, bounds[name],
                         None if other is None else as_array(other[name]))
        if failure := failing(name, got, expected, share):
            found.append(failure)
    return found


def share_of(name, got, expected, bound, other):
    """|got - expected| / bound, number by number; 0 where nothing is asked."""
    bound = np.broadcast_to(bound, expected.shape)
    share = shares(got, expected, bound)
    finite = np.isfinite(expected)
    if name == "y":  # not finite: the same kind, in the same place
        same = (got == expected) | (np.isnan(got) & np.isnan(expected))
        return np.where(finite, share, np.where(same, 0.0, np.inf))
    asked = finite if other is None else finite | np.isfinite(other)
    return np.where(asked, share, 0.0)


def failing(name, got, expected, share) -> Failure | None:
    wrong = share > 1
    if not wrong.any():
        return None
    index = np.unravel_index(int(np.argmax(share)), share.shape)
    times = float(share[index])
    return Failure(name, "numbers", expected.shape, got.shape,
                   tuple(map(int, index)), float(expected[index]),
                   float(got[index]), times if np.isfinite(times) else None,
                   int(wrong.sum()), share.size)


def missing(name, expected) -> Failure:
    return Failure(name, "missing", np.shape(expected), None, None, None, None,
                   None, np.size(expected), np.size(expected))


def worst_share(result, truth, bounds, other=None) -> dict[str, float]:
    """{name: largest share of its bound} of the arrays that can be compared."""
    found = {}
    for name, expected in truth.items():
        if name in result and np.shape(result[name]) == np.shape(expected):
            share = share_of(name, as_array(result[name]), as_array(expected),
                             bounds[name],
                             None if other is None else as_array(other[name]))
            found[name] = float(share.max(initial=0.0))
    return found


def spoken(x: float) -> str:
    """"3.5", "1,200", "4e+13": no more figures than can be read."""
    if x < 100:
        return f"{x:.3g}"
    return f"{x:,.0f}" if x < 1e6 else f"{x:.0e}"
