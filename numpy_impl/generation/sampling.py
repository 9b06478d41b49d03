"""Sampling: from the logits of the next token to the id of one token.

The likeliest token at every step (greedy) soon runs in circles; drawing from
the whole distribution sooner or later falls into its long tail of thousands
of poor tokens. Four knobs lie between the two: temperature sharpens or
flattens the distribution, top-k cuts its tail at a number of tokens, top-p
at a share of the probability, min-p at a fraction of the likeliest token's.

Randomness is an argument, one uniform number for each draw, so that both
implementations pick the same token.

Shapes: ... = any leading axes (none, or the batch), V = vocabulary.
"""
import math

import numpy as np

from ..layers.softmax import softmax
from twinformer.generation.options import check_sampling_options

__all__ = ["top_k_mask", "top_p_mask", "min_p_mask", "finite_peak",
           "next_probabilities", "draw", "sample"]


def top_k_mask(logits, top_k: int):
    """logits (..., V) -> boolean (..., V), True at the top_k largest

    Exactly min(top_k, V) are kept: among equal logits the lowest ids win.
    Fan et al. 2018 (arXiv:1805.04833).
    """
    check_sampling_options(top_k=top_k)
    V = logits.shape[-1]
    top_k = min(top_k, V)

    largest = np.partition(logits, V - top_k)[..., V - top_k:]  # unsorted
    threshold = largest.min(-1, keepdims=True)         # (..., 1)
    return largest_mask(logits, threshold, top_k)


def top_p_mask(logits, top_p: float):
    """logits (..., V) -> boolean (..., V), True in the nucleus

    The nucleus is the smallest set of the likeliest tokens whose
    probabilities add up to top_p or more, so it is small where the model is
    sure and wide where it is not. It is never empty; among equal logits the
    lowest ids enter first. Holtzman et al. 2020 (arXiv:1904.09751), s. 3.1.
    """
    check_sampling_options(top_p=top_p)
    if top_p == 1:  # rounding must not cost the tail its last tokens
        return np.ones(logits.shape, bool)

    V = logits.shape[-1]
    ranked = np.sort(logits, axis=-1)[..., ::-1]         # (..., V)
    reached = softmax(ranked).cumsum(-1)                 # (..., V)
    size = 1 + (reached < top_p).sum(-1, keepdims=True)  # (..., 1)
    size = np.minimum(size, V)  # where rounding stops all short of top_p
    threshold = np.take_along_axis(ranked, size - 1, -1)  # (..., 1)
    return largest_mask(logits, threshold, size)


def min_p_mask(logits, min_p: float):
    """logits (..., V) -> boolean (..., V), True from min_p of the largest on

    A token is kept where its probability is at least min_p times that of the
    likeliest one: p / p_max >= min_p, which is logit - peak >= log(min_p), so
    that no exponential is needed. Where the model is sure few remain, where
    it is not many; the likeliest always does. Nguyen et al. 2024
    (arXiv:2407.01082), section 3.
    """
    check_sampling_options(min_p=min_p)
    if min_p == 0:  # nothing is below it, a forbidden token's 0 neither
        return np.ones(logits.shape, bool)

    peak = logits.max(-1, keepdims=True)               # (..., 1)
    return logits - peak >= math.log(min_p)


def largest_mask(logits, threshold, count):
    """True at the `count` largest, of which the last equals threshold (..., 1)

    Values are sorted or selected, never their indices: that is many times
    faster, and here the lowest ids among equals are found all the same.
    """
    above = logits > threshold                         # (..., V)
    tied = logits == threshold                         # (..., V)
    room = count - above.sum(-1, keepdims=True)        # (..., 1)
    return above | (tied & (tied.cumsum(-1) <= room))


def finite_peak(logits):
    """logits (..., V) -> the largest of each row (..., 1)

    Raises
    ------
    ValueError
        It is NaN, inf or -inf.
    """
    peak = logits.max(-1, keepdims=True)               # (..., 1)
    if not np.isfinite(peak).all():  # NaN and +inf always reach the maximum
        raise ValueError(
            "expected each row's largest logit to be finite, got "
            f"{peak[~np.isfinite(peak)][0]}; NaN or inf means that the "
            "model's weights have gone bad, -inf that no token is allowed")
    return peak


def next_probabilities(logits, temperature: float = 1.0,
                       top_k: int | None = None,
                       top_p: float | None = None,
                       min_p: float | None = None):
    """logits (..., V) -> probabilities (..., V) that add up to 1

    probabilities = softmax(logits / temperature) over the tokens that top-k,
    then top-p, then min-p have kept; 0 elsewhere. A logit of -inf forbids its
    token.

    Parameters
    ----------
    logits : float array (..., V)
    temperature : below 1 favours the likely tokens, above 1 the unlikely
        ones; 0 is the limit, all probability on the largest logit
    top_k : keep this many tokens; None, or V and above, keeps all
    top_p : keep the nucleus of this probability; None or 1 keeps all
    min_p : keep what is this fraction as likely as the likeliest token is;
        None or 0 keeps all

    Raises
    ------
    ValueError
        An option is out of its range; a logit is NaN or +inf; or every
        token of a row is forbidden.
    """
    check_sampling_options(temperature, top_k, top_p, min_p)
    peak = finite_peak(logits)                         # (..., 1)
    if temperature == 0:  # the limit: all on one token, the first of equals
        temperature, top_k = 1.0, 1

    with np.errstate(over="ignore"):  # -inf is right: probability 0
        scores = (logits - peak) / temperature         # (..., V), at most 0
    if top_k is not None:  # by the logits: scaling can round two to one
        scores = np.where(top_k_mask(logits, top_k), scores, -np.inf)
    if top_p is not None:
        scores = np.where(top_p_mask(scores, top_p), scores, -np.inf)
    if min_p is not None:
        scores = np.where(min_p_mask(scores, min_p), scores, -np.inf)
    return softmax(scores)


def draw(probabilities, uniform):
    """probabilities (..., V), uniform (...) in [0, 1) -> ids (...)

    Lay the probabilities end to end: they fill an interval of length 1. The
    token drawn is the one under the point `uniform` (the inverse of the
    cumulative distribution). A token of probability 0 has no length: it can
    never be drawn.
    """
    uniform = np.asarray(uniform, np.float64)             # (...)
    ends = probabilities.cumsum(-1, dtype=np.float64)     # (..., V)
    point = uniform[..., None] * ends[..., -1:]           # (..., 1)
    return (ends <= point).sum(-1)                        # (...)


def sample(logits, uniform, temperature: float = 1.0,
           top_k: int | None = None, top_p: float | None = None,
           min_p: float | None = None):
    """logits (..., V), uniform (...) in [0, 1) -> ids (...)

    Parameters
    ----------
    logits : float array (..., V); double precision keeps the draw from
        depending on rounding
    uniform : one random number for each row, 0 <= uniform < 1
    temperature, top_k, top_p, min_p : as in `next_probabilities`

    Raises
    ------
    ValueError
        As `next_probabilities`; or uniform is out of its range.
    """
    uniform = np.asarray(uniform, np.float64)
    if not ((uniform >= 0) & (uniform < 1)).all():
        raise ValueError(
            "uniform must lie in [0, 1), as Generator.random() draws it, "
            f"got {uniform.min()} to {uniform.max()}")
    if temperature == 0:  # nothing to draw: the first of the largest
        check_sampling_options(temperature, top_k, top_p, min_p)
        finite_peak(logits)
        return logits.argmax(-1)
    kept = next_probabilities(logits, temperature, top_k, top_p, min_p)
    return draw(kept, uniform)
