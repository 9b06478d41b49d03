"""What "the two implementations agree" means. Every tolerance lives here.

Two programs for the same formula differ by their rounding errors: by no more
than bounds.py has measured. Where a test compares two ways to write a formula
without a twin to measure, the bound is counted instead of measured:
assert_rounding. Figures from print are as good as their last decimal:
assert_printed. Two whole training runs part by what AdamW makes of rounding:
assert_drift.
"""
import numpy as np
import torch

from .bounds import DOUBLE, ULPS

__all__ = ["DRIFT", "DRIFT_STEPS", "RECOGNISED", "as_array", "assert_agree", "assert_drift",
           "assert_estimated", "assert_no_worse", "assert_printed", "assert_rounding",
           "fraction", "shares"]

# How far the weights and losses of two training runs in float64 may drift apart
# in so many steps: lockstep/ says from what it follows, and measures it.
DRIFT, DRIFT_STEPS = 1e-9, 300

# How near, relatively, the numbers of a known fault have to be to those of a
# port to be called its cause: two wrong programs part by more than two right
# ones are allowed to.
RECOGNISED = 1e-10


def fraction(actual, expected, bound) -> float:
    """The largest |actual - expected| / bound; inf where shape or kind differ.

    NaNs and infinities have to be the same in the same places.
    """
    actual, expected = as_array(actual), as_array(expected)
    if actual.shape != expected.shape:
        return float("inf")
    finite = np.isfinite(expected)
    if not np.array_equal(actual[~finite], expected[~finite], equal_nan=True):
        return float("inf")
    return float(np.max(shares(actual[finite], expected[finite],
                               np.broadcast_to(bound, expected.shape)[finite]),
                        initial=0.0))


def shares(actual, expected, bound):
    """|actual - expected| / bound, number by number; inf for what is none.

    Of a number that rounding alone can make infinite or NaN, whose bound is
    therefore not finite, nothing is asked.
    """
    with np.errstate(all="ignore"):
        share = np.abs(actual - expected) / bound
    share = np.where(np.isnan(share), np.inf, share)
    return np.where(np.isfinite(bound), share, 0.0)


def as_array(a):
    if isinstance(a, torch.Tensor):
        a = a.detach().cpu()
        a = (a.float() if a.dtype == torch.bfloat16 else a).numpy()
    return np.asarray(a)


def assert_agree(actual, expected, bound, name="result"):
    """AssertionError unless every number is within its bound, dtype and shape
    are the same, and NaNs and infinities are in the same places."""
    actual, expected = as_array(actual), as_array(expected)
    assert actual.dtype == expected.dtype, (
        f"{name}: {actual.dtype} is not {expected.dtype}")
    assert actual.shape == expected.shape, (
        f"{name}: shape {actual.shape} is not {expected.shape}")
    worst = fraction(actual, expected, bound)
    assert worst <= 1, f"{name}: off by {worst:.3g} times its bound"


def assert_no_worse(ours, theirs, truth, unit, name="result"):
    """ours errs no more than twice as much as theirs does, against the truth.

    Errors are compared as root mean squares over the array, in units of what
    one rounding does: bound / ULPS, where it was measured. One such unit is
    the slack: a result that is one number may come out exact by luck on one
    side, and its own last rounding costs the other up to half a unit, the
    rounding of what went into it as much again.
    """
    ours, theirs, truth = map(as_array, (ours, theirs, truth))
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), name
    our_error = rms(in_units(ours - truth, unit))
    their_error = rms(in_units(theirs - truth, unit))
    assert our_error <= 2 * their_error + 1, (
        f"{name}: {our_error:.3g} units off the float64 truth, torch's own "
        f"{theirs.dtype} {their_error:.3g}")


def assert_rounding(actual, expected, terms, size=None, name="result"):
    """Two correct programs for a sum of `terms` products part by no more.

    Each term is off by ULPS roundings, a few elementary operations of its
    own and the additions that follow it, so that

        |actual - expected| <= ULPS eps (terms size) + ULPS tiny

    terms : int
        How many are added up, one sum after another counted together; 1 for a
        formula without a sum.
    size : float or array
        Of the largest term; |expected| if None, which is right where nothing
        cancels.
    """
    actual, expected = as_array(actual), as_array(expected)
    info = np.finfo(np.result_type(actual, expected, np.float32))
    size = np.abs(expected) if size is None else size
    bound = ULPS * (info.eps * terms * np.asarray(size, float) + info.tiny)
    worst = fraction(actual, expected, bound)
    assert worst <= 1, f"{name}: off by {worst:.3g} times its bound"


def assert_printed(actual, expected, decimals):
    """The figure that a page prints: half a unit of its last decimal."""
    worst = fraction(actual, expected, 0.5 * 10.0 ** -decimals
                     * (1 + ULPS * DOUBLE.eps) + ULPS * DOUBLE.eps)
    assert worst <= 1, f"off by {worst / 2:.3g} units of the last decimal"


def assert_drift(actual, expected, steps, scale=1.0, name="result"):
    """Losses, norms or weights of two training runs after `steps` steps.

    scale : float
        How large the numbers are, or how far the weights have come.
    """
    bound = DRIFT * steps / DRIFT_STEPS * scale
    worst = fraction(actual, expected, bound)
    assert worst <= 1, f"{name}: off by {worst:.3g} times its bound"


def in_units(error, unit):
    """error / unit; no error is none, even where rounding can do nothing."""
    unit = np.broadcast_to(unit, error.shape)
    return np.divide(error, unit, out=np.zeros_like(error), where=error != 0)


def rms(a):
    return float(np.sqrt(np.mean(np.square(a, dtype=np.float64))))


def assert_estimated(estimate, counted, share=1e-6, bytes=0):
    """An estimate beside what is really there. It says what it leaves out, as a share of the
    whole or as so many bytes; without either, a count that is done in another order."""
    off = abs(float(estimate) - float(counted))
    allowed = max(share * abs(float(counted)), bytes)
    assert off <= allowed, (f"estimated {estimate:,}, counted {counted:,}: off by {off:,}, "
                            f"allowed are {allowed:,}")
