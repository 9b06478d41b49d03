"""How fast the machine could be: the yardstick of model-FLOP utilisation.

Utilisation = floating-point operations the model needs / what the device
could have done in that time. Chowdhery et al. 2022 (arXiv:2204.02311),
section 4.1.
"""
import re
import time

import torch

__all__ = ["peak_flops"]

SIZE = 1024
REPEATS = 5

# Dense bfloat16 and float16 products of the makers' data sheets, and words
# that make another device of one of these names.
DATA_SHEETS = {"H100": 989e12, "H200": 989e12, "A100": 312e12,
               "L40S": 362e12, "L4": 121e12, "T4": 65e12, "V100": 125e12,
               "RTX 4090": 165e12, "RTX 3090": 71e12}
OTHERS = {"PCIe", "PCIE", "NVL", "MIG", "Laptop", "Ti", "D", "SUPER"}


def peak_flops(learner) -> float:
    """Operations a second in large products of the learner's dtype.

    From the data sheet for a known GPU in half precision, as is usual when
    utilisations are compared; elsewhere the best of a few square products,
    for a CPU's data sheet knows neither its cooling nor who else is using it.
    """
    device, dtype = learner.machine.device, learner.machine.precision
    if device.type == "cuda" and dtype != torch.float32:
        known = data_sheet(torch.cuda.get_device_name(device))
        if known:
            return known
    size = SIZE if device.type == "cpu" else 4 * SIZE
    a = torch.ones(size, size, device=device, dtype=dtype)
    a @ a  # the first one starts threads and loads kernels
    best = float("inf")
    for _ in range(REPEATS):
        wait_for(device)
        began = time.perf_counter()
        a @ a
        wait_for(device)
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best


def data_sheet(name: str) -> float | None:
    """The entry whose words all stand in the device's name, None if none.

    Word by word: an L40 is no L4, and an RTX A1000 no A100.
    """
    words = set(re.findall(r"[^\W_]+", name))
    if words & OTHERS:
        return None
    return next((flops for known, flops in DATA_SHEETS.items()
                 if words >= set(known.split())), None)


def wait_for(device) -> None:
    """Until the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
