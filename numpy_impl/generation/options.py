"""What a caller may ask of sampling, checked once and in plain English.

Neutral: the twin re-exports this file.
"""
import math
import operator

__all__ = ["check_sampling_options"]


def check_sampling_options(temperature: float = 1.0,
                           top_k: int | None = None,
                           top_p: float | None = None) -> None:
    """Raise where an option has no meaning; return nothing otherwise.

    Parameters
    ----------
    temperature : 0 (greedy) or any finite positive number
    top_k : a whole number from 1, or None for no limit
    top_p : a number above 0 and at most 1, or None for no limit

    Raises
    ------
    TypeError
        An option is not a number of the right kind.
    ValueError
        An option is a number out of its range.
    """
    if not (_number("temperature", temperature) >= 0
            and math.isfinite(temperature)):
        raise ValueError(
            f"temperature must be 0 or a finite positive number, got "
            f"{temperature}; 0 is greedy, 1 leaves the model as it is")
    if top_k is not None and _whole("top_k", top_k) < 1:
        raise ValueError(
            f"top_k must be at least 1, got {top_k}; leave it out to keep "
            f"every token")
    if top_p is not None and not 0 < _number("top_p", top_p) <= 1:
        raise ValueError(
            f"top_p must be above 0 and at most 1, got {top_p}; 1 keeps "
            f"every token")


def _number(name, value):
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} must be a number, got {value!r}")
    return float(value)


def _whole(name, value):
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name} must be a whole number, got {value!r}") from None
