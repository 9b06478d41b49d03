"""Whether two results are the same, and where they part first."""
from typing import Any

import numpy as np

__all__ = ["CLOSE", "first_difference", "is_numeric", "same", "shown"]

CLOSE = 1e-9    # of the largest number of an array: far above rounding in float64
NOTHING = 1e-12  # what rounding leaves of a sum of plain numbers that should be 0


def same(a: Any, b: Any, close: float = CLOSE) -> bool:
    """Whether two results agree: exactly, or for broken numbers but for rounding."""
    return first_difference(a, b, close) is None


def first_difference(a: Any, b: Any, close: float = CLOSE,
                     place: str = "") -> tuple[str, Any, Any] | None:
    """-> the place where two results part, "[1][0]", and what stands there; None: nowhere."""
    if isinstance(a, dict) and isinstance(b, dict):
        if a.keys() != b.keys():
            return place, a, b
        return first_of(((f"{place}[{key!r}]", a[key], b[key]) for key in a), close)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        if len(a) != len(b):
            return place, a, b
        return first_of(((f"{place}[{i}]", x, y) for i, (x, y) in enumerate(zip(a, b))), close)
    if is_numeric(a) and is_numeric(b):
        alike = same_numbers(np.asarray(a), np.asarray(b), close)
    elif isinstance(a, np.ndarray) and isinstance(b, np.ndarray):   # of objects, or of text
        alike = np.array_equal(a, b)
    else:
        alike = type(a) is type(b) and a == b
    return None if alike else (place, a, b)


def first_of(places, close: float) -> tuple[str, Any, Any] | None:
    """The first difference at several places: (place, a, b) each."""
    found = (first_difference(a, b, close, place) for place, a, b in places)
    return next((one for one in found if one is not None), None)


def is_numeric(a: Any) -> bool:
    return (isinstance(a, (bool, int, float, np.generic))
            or (isinstance(a, np.ndarray) and a.dtype.kind in "biufc"))


def same_numbers(a: np.ndarray, b: np.ndarray, close: float) -> bool:
    if a.shape != b.shape:
        return False
    if a.dtype.kind in "biu" and b.dtype.kind in "biu":
        return bool(np.array_equal(a, b))
    a, b = a.astype(np.float64), b.astype(np.float64)
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    apart = np.abs(a[finite] - b[finite])
    return bool(np.all(apart <= max(NOTHING, close * np.abs(b[finite]).max(initial=0.0))))


def shown(value: Any, longest: int = 400) -> str:
    """A value as one would write it in code, cut off where it is long."""
    text = repr(plain(value))
    return text if len(text) <= longest else f"{text[:longest]} ..."


def plain(value: Any) -> Any:
    """Arrays as lists, NumPy's numbers as Python's, twelve digits of each."""
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return tuple(map(plain, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(plain, value))
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value
