"""What "the two implementations agree" means. Every tolerance lives here.

Two programs for the same formula differ by their rounding errors. How large
those may become depends on the formula and on the numbers: x - mean(x) loses
all digits when the mean is large, a softmax of scores near 1e9 all of them.
So the bound is measured, for each case, by Monte Carlo arithmetic (Parker
1997; Denis et al. 2016, "Verificarlo"): the spelled-out twin is run a few
times more while *every* operation of its forward and of its autograd backward
errs at random, each by a relative error of ULPS roundings,

    fl(a op b) = (a op b) (1 + ULPS eps xi),      xi ~ normal(0, 1)

which is the standard model of floating-point arithmetic with errors ULPS times
too large. A sum or matrix product of n terms has an error in each of its terms,
as its inputs are disturbed too, by sqrt(n) as much: it may be added up in any
order, and then accumulates n roundings, which grow like a random walk (Higham
and Mary 2019, SIAM J. Sci. Comput. 41). How far a result moves under this is
how far two correct programs may part; what it cannot reach, rounding cannot
explain. Both branches of the twin are measured and their moves added, for the
same gradient can be made in two ways that err in different places: softmax's
sum over all keys is sum_s dw_s w_s if spelled out, and dy . y in tiles. Nothing
is linearised, so where the mathematics amplifies errors (depth, a saturated
softmax, a variance near 0), the bound knows. Formally

    |actual - expected| <= length of the moves + ULPS (eps |expected| + tiny)

element by element: the length of a vector of moves is the root of the sum of
their squares. The last term is the rounding of the result itself, and tiny is
underflow, where rounding is absolute. ULPS = 8 stands for the length of the
longest chain of elementary roundings in what one side does in a single
operation and the other spells out (GELU, softmax, a norm), and for the
randomness of few samples: were the moves found a tenth of what they are on
average, 8 would still leave two roundings an operation. Wrong mathematics is
off by 1/eps: six to fifteen orders of magnitude more.

In another precision every operation errs by the roundings of that one, and by
its underflow: where the mathematics degenerates, errors multiply each other
(a norm of a single feature, whose x_hat is 0 but for rounding, times a gradient
that is), and the bound of float64 times eps / eps64 would be too small.

Three samples are few. Whoever is about to raise an alarm measures again, with
many (`samples`), and then is sure.

Where a test compares two ways to write a formula without a twin to measure, the
bound is counted instead of measured: assert_rounding. Figures from print are
as good as their last decimal: assert_printed. Two whole training runs part by
what AdamW makes of rounding: assert_drift.
"""
import functools
from collections.abc import Callable
from contextlib import nullcontext

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

__all__ = ["DOUBLE", "DRIFT", "DRIFT_STEPS", "RECOGNISED", "ULPS", "RoundingErrors",
           "assert_agree", "assert_drift", "assert_estimated", "assert_no_worse",
           "assert_printed", "as_array", "assert_rounding", "fraction", "measured_bounds",
           "shares"]

ULPS = 8
SAMPLES = 3
DOUBLE = np.finfo(np.float64)

# How far the weights and losses of two training runs in float64 may drift apart
# in so many steps: lockstep.py says from what it follows, and measures it.
DRIFT, DRIFT_STEPS = 1e-9, 300

# How near, relatively, the numbers of a known fault have to be to those of a
# port to be called its cause: two wrong programs part by more than two right
# ones are allowed to.
RECOGNISED = 1e-10

# Operations that compute nothing
COPIES = {"clone", "detach", "_to_copy", "zeros", "ones", "zeros_like", "full",
          "ones_like", "new_zeros", "copy_", "zero_", "fill_", "where", "cat",
          "slice_backward", "select_backward", "masked_fill", "index", "amax",
          "maximum"}

# Operations that add up: name -> how many terms, from (inputs, output)
SUMS = {
    "mm": lambda a, y: a[0].shape[-1],
    "bmm": lambda a, y: a[0].shape[-1],
    "addmm": lambda a, y: a[1].shape[-1],
    "sum": lambda a, y: a[0].numel() / max(y.numel(), 1),
    "mean": lambda a, y: a[0].numel() / max(y.numel(), 1),
    "embedding_dense_backward": lambda a, y: a[1].numel(),
    # torch's fused kernels: the longest sum inside
    "native_layer_norm": lambda a, y: a[1][-1],
    "native_layer_norm_backward": lambda a, y: a[0].numel(),
    "_scaled_dot_product_flash_attention_for_cpu":
        lambda a, y: max(a[1].shape[-2:]),
    "_scaled_dot_product_flash_attention_for_cpu_backward":
        lambda a, y: max(a[2].shape[-2:]),
}
# x[ids] sends gradients back by a sum onto zeros, under either of these names
INDEXED_SUMS = {"_index_put_impl_", "index_put"}


class RoundingErrors(TorchDispatchMode):
    """A context in which every torch operation errs at random by `size`.

    size : float
        Standard deviation of the relative error of one operation.
    seed : int
        The same seed, the same errors.
    tiny : float
        Absolute error of a number that is not 0: underflow.
    """

    def __init__(self, size: float, seed: int, tiny: float = 0.0):
        super().__init__()
        self.size, self.tiny = size, tiny
        self.generator = torch.Generator().manual_seed(seed)

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name, is_view, is_in_place = facts(function)
        if name in INDEXED_SUMS:
            terms = max(ids.numel() for ids in args[1] if ids is not None)
            size = self.size * terms ** 0.5
            args = (*args[:2], self.disturbed(args[2], size), *args[3:])
        y = function(*args, **(kwargs or {}))
        if is_view:
            return y  # nothing was computed
        if name in SUMS:
            size = self.size * SUMS[name](args, y) ** 0.5
            args = [self.disturbed(a, size) for a in args]
            y = function(*args, **(kwargs or {}))
        if is_in_place:
            return y.copy_(self.disturbed(y, self.size))
        if isinstance(y, tuple | list):
            return type(y)(self.disturbed(a, self.size) for a in y)
        return self.disturbed(y, self.size)

    def disturbed(self, a, size):
        if not isinstance(a, torch.Tensor) or not a.is_floating_point():
            return a
        xi = torch.randn(a.shape, generator=self.generator, dtype=a.dtype)
        underflow = xi * a.sign() * self.tiny if self.tiny else 0.0
        return xi.mul_(size).add_(1).mul_(a).add_(underflow)  # inf stays inf


@functools.cache
def facts(function):
    """An operation's name, whether it makes a view, whether it writes."""
    name = function._schema.name.removeprefix("aten::")
    aliases = [r.alias_info for r in function._schema.returns if r.alias_info]
    is_view = any(not alias.is_write for alias in aliases)
    return name, is_view or name in COPIES, bool(aliases)


def measured_bounds(*programs: Callable[[], dict[str, torch.Tensor]],
                    precision=DOUBLE, errors: float = ULPS,
                    samples: int = SAMPLES):
    """What the first program computes, and how far each number may be off.

    programs
        Each computes the same {name: float64 tensor} on the CPU, gradients by
        autograd, in its own way; called once as it is, then `samples` times
        with errors in every operation.
    precision : np.finfo or torch.finfo
        In which the results that are to be judged were computed.
    errors : float
        Of one operation, in units of eps. Fewer than ULPS where 8 eps are no
        small number any more; the moves are scaled up to it.
    samples : int
        The more, the surer: bounds are scaled to what SAMPLES would find.

    Returns
    -------
    exact, bounds : {name: float64 array}
    """
    def values(run, context):
        with context:
            return {name: tensor.detach().numpy().astype(np.float64)
                    for name, tensor in run().items()}
    exact = values(programs[0], nullcontext())
    moves = dict.fromkeys(exact, 0.0)
    tiny = float(precision.tiny)
    with np.errstate(all="ignore"):
        for run in programs:
            middle = exact if run is programs[0] else values(run, nullcontext())
            for seed in range(samples):
                context = RoundingErrors(errors * precision.eps, seed,
                                         0.0 if precision is DOUBLE else tiny)
                for name, y in values(run, context).items():
                    # hypot, as the squares of large moves would overflow
                    moves[name] = np.hypot(moves[name], y - middle[name])
        scale = ULPS / errors * (SAMPLES / samples) ** 0.5
        bounds = {name: scale * moves[name]
                  + ULPS * (precision.eps * np.abs(y) + tiny)
                  for name, y in exact.items()}
    return exact, bounds


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
