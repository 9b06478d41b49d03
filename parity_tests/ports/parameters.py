"""The parameters of somebody's layer: put into it, and their gradients taken
out, whatever its arrays are.
"""
from typing import Any

import numpy as np
import torch

from ..case import Case
from ..running import check_fit, gradient_name, load

__all__ = ["gradients", "take_parameters", "to_numpy"]


def take_parameters(layer, case: Case, given) -> None:
    """Give a new layer the parameters of the case, in its dtype."""
    if all(hasattr(layer, name) for name in ("named_parameters", "to")):
        load(layer, case)
        return
    shapes = ", ".join(f"{name} {a.shape}" for name, a in case.parameters.items())
    try:
        own = {name: to_numpy(attribute(layer, name)) for name in case.parameters}
    except AttributeError as problem:
        raise ValueError(f"the parameters are expected as attributes {shapes}; "
                         f"{problem}") from problem
    check_fit(own, case.parameters)
    for name, a in case.parameters.items():
        path, _, last = name.rpartition(".")
        setattr(attribute(layer, path), last, given(a.copy()))


def attribute(thing, path: str):
    """attribute(model, "blocks.0.norm1")"""
    for name in path.split(".") if path else []:
        thing = thing[int(name)] if name.isdigit() else getattr(thing, name)
    return thing


def gradients(layer, case: Case) -> dict[str, Any]:
    if hasattr(layer, "named_gradients"):
        return {gradient_name(name): grad
                for name, grad in layer.named_gradients()}
    results = {}
    for name in case.parameters:
        path, _, last = name.rpartition(".")
        owner = attribute(layer, path)
        kept = getattr(owner, "grads", {}).get(last)
        kept = getattr(owner, f"d{last}", None) if kept is None else kept
        if kept is not None:
            results[gradient_name(name)] = kept
    return results


def to_numpy(a) -> np.ndarray:
    """An array of NumPy, torch, JAX, MLX, CuPy or tinygrad, or a number."""
    if isinstance(a, torch.Tensor):
        a = a.detach().cpu()
        return (a.float() if a.dtype == torch.bfloat16 else a).numpy()
    if not hasattr(a, "__array__") and hasattr(a, "__dlpack__"):
        return np.from_dlpack(a)
    if not hasattr(a, "__array__") and hasattr(a, "numpy"):  # tinygrad
        return np.asarray(a.numpy())
    return np.asarray(a)
