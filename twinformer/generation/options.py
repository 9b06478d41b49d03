"""What a caller may ask of generation, checked once and in plain English.

Neutral: the twin re-exports this file.

Shapes: B = batch, T = positions.
"""
import math
import operator
from collections.abc import Iterable

import numpy as np

__all__ = ["check_sampling_options", "check_whole", "check_prompt",
           "stop_tokens"]


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
    if top_k is not None:
        check_whole("top_k", top_k, 1, "leave it out to keep every token")
    if top_p is not None and not 0 < _number("top_p", top_p) <= 1:
        raise ValueError(
            f"top_p must be above 0 and at most 1, got {top_p}; 1 keeps "
            f"every token")


def check_whole(name: str, value: int, least: int, fix: str) -> int:
    """value as an int; raises where it is none or below `least`."""
    try:
        whole = operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name} must be a whole number, got {value!r}") from None
    if whole < least:
        raise ValueError(
            f"{name} must be at least {least}, got {whole}; {fix}")
    return whole


def check_prompt(ids, vocab_size: int) -> np.ndarray:
    """ids (T,) or (B, T), lists, array or tensor -> an int64 array

    Raises
    ------
    TypeError
        The ids are not whole numbers.
    ValueError
        There are none, they are not one row or rows of one length, or one
        is outside the vocabulary.
    """
    try:
        ids = np.asarray(getattr(ids, "cpu", lambda: ids)())  # if on a GPU
    except ValueError:
        raise ValueError(
            "the prompts of a batch must be of equal length; generate from "
            "prompts of different lengths one by one") from None
    if ids.ndim not in (1, 2) or ids.size == 0:
        raise ValueError(
            f"expected prompt ids of shape (T,) or (B, T) with at least one "
            f"token, got {ids.shape}; to start from nothing, give the "
            f"end-of-text token")
    if ids.dtype.kind not in "iu":
        raise TypeError(
            f"prompt ids must be whole numbers, got {ids.dtype}; encode the "
            f"text with a tokenizer first")
    outside = (ids < 0) | (ids >= vocab_size)
    if outside.any():
        raise ValueError(
            f"token id {ids[outside][0]} at position "
            f"{np.argwhere(outside)[0][-1]} of the prompt is outside the "
            f"model's vocabulary of {vocab_size}; was the text encoded with "
            f"another tokenizer?")
    return ids.astype(np.int64)


def stop_tokens(stop) -> list[int]:
    """None, one id or several ids -> a list of ids"""
    if stop is None:
        return []
    several = stop if isinstance(stop, Iterable) else [stop]
    return [check_whole("stop", token, 0, "give token ids")
            for token in several]


def _number(name, value):
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} must be a number, got {value!r}")
    return float(value)
