"""How fast the machine could be: the yardstick of model-FLOP utilisation.

Utilisation = floating-point operations the model needs / what the device
could have done in that time. Chowdhery et al. 2022 (arXiv:2204.02311),
section 4.1.
"""
import time

import numpy as np

__all__ = ["peak_flops"]

SIZE = 1024
REPEATS = 5


def peak_flops(learner) -> float:
    """Operations a second in large products of the learner's dtype.

    The best of a few square products, for a CPU's data sheet knows neither
    its cooling nor who else is using it.
    """
    dtype = next(learner.model.parameters()).dtype
    size = SIZE
    a = np.ones((size, size), dtype=dtype)
    a @ a  # the first one starts threads and loads kernels
    best = float("inf")
    for _ in range(REPEATS):
        began = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best
