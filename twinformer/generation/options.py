"""What a caller may ask of generation, checked once and in plain English.

Shapes: B = batch, T = positions.
"""
import math
import operator
from collections.abc import Iterable, Mapping

import numpy as np

__all__ = ["check_beams", "check_draft", "check_logit_bias", "check_prompt",
           "check_repetition_penalty", "check_sampling_options", "check_whole",
           "stop_tokens"]


def check_sampling_options(temperature: float = 1.0,
                           top_k: int | None = None,
                           top_p: float | None = None,
                           min_p: float | None = None) -> None:
    """Raise where an option has no meaning; return nothing otherwise.

    Parameters
    ----------
    temperature : 0 (greedy) or any finite positive number
    top_k : a whole number from 1, or None for no limit
    top_p : a number above 0 and at most 1, or None for no limit
    min_p : a number from 0 to 1, or None for no limit

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
    if min_p is not None and not 0 <= _number("min_p", min_p) <= 1:
        raise ValueError(
            f"min_p must lie between 0 and 1, got {min_p}; 0 keeps every "
            f"token, 0.05 to 0.1 is usual")


def check_repetition_penalty(penalty: float) -> None:
    """Raise where it is not a finite number above 0."""
    if not 0 < _number("repetition_penalty", penalty) < math.inf:
        raise ValueError(
            f"repetition_penalty must be a finite number above 0, got "
            f"{penalty}; 1 leaves the model as it is, 1.1 to 1.3 is usual")


def check_logit_bias(bias: Mapping[int, float] | None,
                     vocab_size: int) -> dict[int, float]:
    """{token id: what is added to its logit}, or None for nothing.

    -inf forbids a token.

    Raises
    ------
    TypeError, ValueError
        It is no such mapping; an id is not in the vocabulary; or a number is
        NaN or +inf.
    """
    if bias is not None and not isinstance(bias, Mapping):
        raise TypeError(f"logit_bias must be {{token id: number}}, got {bias!r}")
    found = {}
    for token, value in (bias or {}).items():
        token = check_whole("a token of logit_bias", token, 0,
                            "give token ids")
        if token >= vocab_size:
            raise ValueError(
                f"token id {token} of logit_bias is outside the model's "
                f"vocabulary of {vocab_size}")
        number = _number("a logit's bias", value)
        if not number < math.inf:
            raise ValueError(
                f"the bias of token {token} is {number}; give a finite "
                f"number, or -inf to forbid the token")
        found[token] = number
    return found


def check_beams(beams: int, length_penalty: float,
                early_stopping: str) -> int:
    """How many beams, as an int; raises where an option has no meaning."""
    if not math.isfinite(_number("length_penalty", length_penalty)):
        raise ValueError(
            f"length_penalty must be a finite number, got {length_penalty}; "
            f"0 ranks texts by their probability, 1 by its mean a token")
    if early_stopping not in ("first", "likely", "never"):
        raise ValueError(
            f"early_stopping must be first, likely or never, got "
            f"{early_stopping!r} (transformers' True, False and never)")
    return check_whole("beams", beams, 1, "1 is greedy search")


def check_draft(config, draft_config, vocab_limit: int | None) -> int:
    """The size of the vocabulary that two models have in common.

    config, draft_config : of the large model and of the small one

    Raises
    ------
    TypeError, ValueError
        vocab_limit is no such size; or their sizes differ and it is not
        given, or larger than one of them.
    """
    sizes = config.vocab_size, draft_config.vocab_size
    if vocab_limit is None:
        if sizes[0] != sizes[1]:
            raise ValueError(
                f"the large model knows {sizes[0]} tokens and the small one "
                f"{sizes[1]}; they need the same vocabulary. If one is only "
                f"padded to a rounder size, give vocab_limit")
        return sizes[0]
    check_whole("vocab_limit", vocab_limit, 1, "leave it out for all")
    if len(set(sizes)) > 1 and vocab_limit > min(sizes):
        raise ValueError(
            f"vocab_limit is {vocab_limit}, but one of the models knows only "
            f"{min(sizes)} tokens; they need the same vocabulary")
    return min(vocab_limit, *sizes)


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
            "expected one prompt, or prompts of equal length; prompts of "
            "different lengths go into generate as a list of lists") from None
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
