"""How fast the machine could be: the yardstick of model-FLOP utilisation.

Utilisation = floating-point operations the model needs / what the device
could have done in that time. Chowdhery et al. 2022 (arXiv:2204.02311),
section 4.1.
"""
import time

import torch
from torch.nn import functional

from ..layers.onednn import product, suits_onednn
from .data_sheet import data_sheet

__all__ = ["peak_flops"]

SIZE = 1024
REPEATS = 5


def peak_flops(learner) -> float:
    """Operations a second in large products of the learner's dtype.

    The best of a few square products, for a CPU's data sheet knows neither
    its cooling nor who else is using it. For a known GPU in half precision it
    is the data sheet's, as is usual when utilisations are compared.
    """
    device, dtype = learner.machine.device, learner.machine.precision
    if device.type == "cuda" and dtype != torch.float32:
        known = data_sheet(torch.cuda.get_device_name(device))
        if known:
            return known
    size = SIZE if device.type == "cpu" else 4 * SIZE
    a = torch.ones((size, size), dtype=dtype, device=device)
    multiply = product if suits_onednn(a, a) else functional.linear
    multiply(a, a)  # the first one starts threads and loads kernels
    best = float("inf")
    for _ in range(REPEATS):
        wait_for(device)
        began = time.perf_counter()
        multiply(a, a)
        wait_for(device)
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best


def wait_for(device) -> None:
    """Until the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
