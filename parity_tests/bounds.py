"""How far two correct programs may part, measured for each case.

Two programs for the same formula differ by their rounding errors. How large
those may become depends on the formula and on the numbers: x - mean(x) loses
all digits when the mean is large, a softmax of scores near 1e9 all of them.
So the bound is measured, for each case, by Monte Carlo arithmetic
(rounding_errors.py): the spelled-out twin is run a few times more while *every*
operation of its forward and of its autograd backward errs at random, each by a
relative error of ULPS roundings. How far a result moves under this is how far
two correct programs may part; what it cannot reach, rounding cannot explain.

Both branches of the twin are measured and their moves added, for the same
gradient can be made in two ways that err in different places: softmax's sum
over all keys is sum_s dw_s w_s if spelled out, and dy . y in tiles. Nothing is
linearised, so where the mathematics amplifies errors (depth, a saturated
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
"""
from collections.abc import Callable
from contextlib import nullcontext

import numpy as np
import torch

from .rounding_errors import RoundingErrors

__all__ = ["DOUBLE", "ULPS", "measured_bounds"]

ULPS = 8
SAMPLES = 3
DOUBLE = np.finfo(np.float64)


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
