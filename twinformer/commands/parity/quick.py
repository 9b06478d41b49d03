"""A parity check of a few seconds: one tiny GPT, both packages, one device.

The truth is the reference in float64. Every array of a forward and a backward
pass, the logits and all parameter gradients, must lie within a bound of it:

    |error| <= ROUNDINGS * eps * (largest number of the array)

Shapes: B = 2 texts, T = 32 positions, V = 97 tokens, D = 64 width.
"""
import time
from typing import NamedTuple

import numpy as np
import torch

from ...backend import implementation
from ...models.config import GPT2Config
from ...models.initialisation import initial_parameters

__all__ = ["ROUNDINGS", "Parity", "numpy_parity", "torch_parity"]

CONFIG = GPT2Config(vocab_size=97, context_length=32, d_model=64, n_heads=4, n_layers=2,
                    dropout=0.0)

# The longest sum of the model has 4 D = 256 terms, each rounded once. A wrong
# term is off by millions of roundings.
ROUNDINGS = 4 * CONFIG.d_model
BROKEN = 1e300  # the share of a NaN or an infinity, which JSON cannot write


class Parity(NamedTuple):
    """How far one side was from the truth."""
    side: str         # "numpy" or "torch"
    device: str
    dtype: str
    logits: float     # worst error, as a share of its bound
    gradients: float  # worst error of all gradients, as a share of its bound
    worst: str        # the parameter with the worst gradient
    seconds: float

    @property
    def agrees(self) -> bool:
        return self.logits <= 1 and self.gradients <= 1


def problem():
    """Parameters {name: array}, ids (B, T), targets (B, T)"""
    generator = np.random.default_rng(0)
    ids, targets = generator.integers(0, CONFIG.vocab_size, (2, 2, CONFIG.context_length))
    return initial_parameters(CONFIG, seed=0), ids, targets


def numpy_arrays(dtype: str) -> dict[str, np.ndarray]:
    """The logits and all gradients by the reference."""
    parameters, ids, targets = problem()
    reference = implementation("numpy")
    model = reference.GPTModel(CONFIG, seed=None).to(np.dtype(dtype))
    reference.set_parameters(model, parameters)
    logits, cache = model.forward(ids)
    _, loss_cache = reference.cross_entropy(logits, targets)
    model.backward(reference.cross_entropy_backward(1.0, loss_cache), cache)
    gradients = dict(model.named_gradients())
    return {"logits": logits} | gradients


def torch_arrays(device: str, dtype: str) -> dict[str, np.ndarray]:
    """The same by the twin, on a device."""
    parameters, ids, targets = problem()
    twin = implementation("torch")
    model = twin.GPTModel(CONFIG, seed=None).to(device, getattr(torch, dtype))
    twin.set_parameters(model, parameters)
    ids, targets = (torch.tensor(array, device=device) for array in (ids, targets))
    logits = model(ids)
    twin.cross_entropy(logits, targets).backward()
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    arrays = {"logits": logits.detach()} | gradients
    return {name: array.cpu().numpy() for name, array in arrays.items()}


def numpy_parity(dtype: str) -> Parity:
    """The reference in a lower precision beside itself in float64."""
    start = time.perf_counter()
    return compare("numpy", "cpu", dtype, numpy_arrays(dtype), start)


def torch_parity(device: str, dtype: str) -> Parity:
    """The twin beside the reference in float64."""
    start = time.perf_counter()
    return compare("torch", device, dtype, torch_arrays(device, dtype), start)


def compare(side, device, dtype, arrays, start) -> Parity:
    truth, fp = numpy_arrays("float64"), np.finfo(dtype)
    share: dict[str, float] = {}
    for name, array in arrays.items():
        bound = ROUNDINGS * (fp.eps * np.abs(truth[name]).max() + fp.tiny)
        worst = np.abs(array - truth[name]).max() / bound
        share[name] = float(worst) if np.isfinite(worst) else BROKEN
    logits = share.pop("logits")
    worst = max(share, key=lambda name: share[name])
    seconds = time.perf_counter() - start
    return Parity(side, device, dtype, logits, share[worst], worst, seconds)
